/**
 * xterm.js writes <style> elements and style attributes, which a Content-Security-Policy of `style-src 'self'` refuses.
 * The CSSOM is not refused: here every <style> it makes becomes a constructed style sheet, and every
 * `setAttribute('style', …)` an assignment to `style.cssText`.
 */

/** Stands in for a <style> element: its text is a style sheet of the document while it is in the page. */
function styleSheetElement(owner: Document): HTMLElement {
  const element = owner.createElement('span');
  element.hidden = true;
  const sheet = new CSSStyleSheet();
  owner.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
  element.remove = () => {
    owner.adoptedStyleSheets = owner.adoptedStyleSheets.filter((other) => other !== sheet);
    HTMLElement.prototype.remove.call(element);
  };
  return element;
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else HTMLElement.prototype.setAttribute.call(this, name, value);
}

function createStrict(owner: Document, name: string): HTMLElement {
  if (name === 'style') return styleSheetElement(owner);
  const element = owner.createElement(name);
  return name === 'span' ? Object.assign(element, { setAttribute }) : element;
}

/** The document as xterm.js should see it (its option `documentOverride`). */
export function strictDocument(owner: Document): Document {
  return new Proxy(owner, {
    get(target, property) {
      if (property === 'createElement') return (name: string) => createStrict(target, name);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * Runs `open` with the real document's <style> elements replaced as well: xterm 6 makes one for its scroll bar past
 * `documentOverride` (CoreBrowserTerminal.ts passes window.document on).
 */
export function openStrictly(owner: Document, open: () => void): void {
  const original = Document.prototype.createElement;
  let inside = false;
  Object.defineProperty(owner, 'createElement', {
    configurable: true,
    value: (name: string, options?: ElementCreationOptions) => {
      if (name !== 'style' || inside) return original.call(owner, name, options);
      inside = true;
      try {
        return styleSheetElement(owner);
      } finally {
        inside = false;
      }
    },
  });
  try {
    open();
  } finally {
    Reflect.deleteProperty(owner, 'createElement');
  }
}

function part(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

/**
 * Gives the strict document to what draws the rows too: xterm 6.0.0 hands it the global one (DomRenderer.ts), and its
 * colours and widths are style attributes. Private names, so it says when a later xterm has others.
 */
export function makeRowsStrict(terminal: object, strict: Document): void {
  const renderer = part(part(part(terminal, '_core'), '_renderService'), '_renderer');
  const rows = part(part(renderer, 'value') ?? renderer, '_rowFactory');
  if (typeof rows === 'object' && rows !== null && '_document' in rows) rows._document = strict;
  else console.warn('xterm.js has changed: the colours of the console may be refused by the page’s policy');
}
