import type { SvgNode } from '../../src/core/picture/svg.ts';

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** The element of a picture. Text goes in as text. */
export function svgElement({ tag, attributes, children }: SvgNode): SVGElement {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children.map((child) => (typeof child === 'string' ? child : svgElement(child))));
  return element;
}
