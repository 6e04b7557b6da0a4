import type { UnixClient } from '../rpc/unix-client.ts';

/** What the person typed cannot be carried out as it stands: exit code 2. */
export class UsageError extends Error {
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.name = 'UsageError';
    this.remedy = remedy;
  }
}

export interface ArgumentSpec {
  /** As the help shows it: NAME, FILE. Also its key in `args`. */
  readonly name: string;
  readonly help: string;
  readonly optional?: true;
}

export interface OptionSpec {
  /** What its value is called in the help; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  /** May be given more than once. */
  readonly repeatable?: true;
  readonly required?: true;
}

type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValue<S extends OptionSpec> = S extends { value: string }
  ? S extends { repeatable: true }
    ? readonly string[]
    : S extends { required: true }
      ? string
      : string | undefined
  : boolean;

/** What a verb did: one JSON document, and the same in words. */
export interface Outcome {
  readonly json: unknown;
  /** For people; a newline is added. Absent: nothing to say. */
  readonly text?: string;
  /** Bytes for standard output and standard error as they are, instead of `text`. */
  readonly bytes?: { readonly stdout: Uint8Array; readonly stderr: Uint8Array };
  /** 0 unless given. */
  readonly exitCode?: number;
}

/** What a verb may use of the world around it. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly json: boolean;
  /** The back end, started when none runs. Closed when the verb ends. */
  connect(): Promise<UnixClient>;
  /** A note for the person while the verb goes on, on standard error; nothing with --json. */
  note(text: string): void;
  /** Gives the outcome before the verb ends, for one that stays. It must return null then. */
  print(outcome: Outcome): void;
}

export interface Verb {
  /** ['disk', 'attach'] */
  readonly words: readonly string[];
  readonly summary: string;
  readonly args: readonly ArgumentSpec[];
  readonly options: OptionSpecs;
  /** What follows `--`; absent: nothing may. */
  readonly rest?: ArgumentSpec;
  readonly examples?: readonly string[];
  /** More to know, after the options. */
  readonly notes?: readonly string[];
  readonly run: (call: ParsedCall, context: Context) => Promise<Outcome | null>;
}

export interface ParsedCall {
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly rest: readonly string[];
}

interface TypedCall<A extends readonly ArgumentSpec[], O extends OptionSpecs> {
  readonly args: {
    readonly [S in A[number] as S['name']]: S extends { optional: true } ? string | undefined : string;
  };
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> };
  readonly rest: readonly string[];
}

/** Gives `run` exact types of the arguments and options that stand in the same table entry. */
export function defineVerb<const A extends readonly ArgumentSpec[], const O extends OptionSpecs>(
  verb: Omit<Verb, 'args' | 'options' | 'run'> & {
    readonly args: A;
    readonly options: O;
    readonly run: (call: TypedCall<A, O>, context: Context) => Promise<Outcome | null>;
  },
): Verb {
  // The parser fills `args` and `options` by this very table.
  return { ...verb, run: (call, context) => verb.run(call as unknown as TypedCall<A, O>, context) };
}

export const machineArgument = { name: 'NAME', help: 'the machine, by name or id' } as const;
