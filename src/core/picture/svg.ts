/**
 * A part of a picture: an SVG element with its attributes, in user units, and what is in it; text is a string. Pictures are
 * made once, as this, for a view (webview/components/svg.ts), a report and a file.
 */
export interface SvgNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (SvgNode | string)[];
}

export function svg(tag: string, attributes: Readonly<Record<string, string | number>>, ...children: readonly (SvgNode | string)[]): SvgNode {
  return { tag, attributes, children };
}

/** The picture as text, fit for a file or for HTML. All text in it is escaped. */
export function svgText({ tag, attributes, children }: SvgNode): string {
  const named = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(String(value))}"`);
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : svgText(child)));
  return `<${tag}${named.join('')}>${inner.join('')}</${tag}>`;
}

function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
