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

/** xterm clones a span for every run of cells; a clone is as strict as its original. */
function cloneNode(this: HTMLElement, deep?: boolean): Node {
  const clone = HTMLElement.prototype.cloneNode.call(this, deep);
  return clone instanceof HTMLElement ? makeStrict(clone) : clone;
}

function makeStrict(element: HTMLElement): HTMLElement {
  return Object.assign(element, { setAttribute, cloneNode });
}

function createStrict(owner: Document, name: string): HTMLElement {
  if (name === 'style') return styleSheetElement(owner);
  const element = owner.createElement(name);
  return name === 'span' ? makeStrict(element) : element;
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
