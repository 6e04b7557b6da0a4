/** Standard input to its end, or to where it is longer than what is wanted, characters. */
export async function readInput(longest: number): Promise<string> {
  const { stdin } = process;
  stdin.setEncoding('utf8');
  let text = '';
  for await (const chunk of stdin) {
    text += chunk;
    if (text.length > longest) break;
  }
  return text;
}
