/** HTML by a template that escapes: what is put into it is text unless it came from the template itself. Pure. */
import { escapeHtml } from '#protocol/http/escape-html';

const MADE = Symbol('made by html``');

export interface Html {
  readonly [MADE]: string;
}

export type Content = Html | string | number | undefined | readonly Content[];

export function html(fixed: TemplateStringsArray, ...values: readonly Content[]): Html {
  const text = fixed.map((part, index) => part + inner(values[index])).join('');
  return { [MADE]: text };
}

/** What is HTML already: of our own writing alone. */
export function written(text: string): Html {
  return { [MADE]: text };
}

export function textOf(made: Html): string {
  return made[MADE];
}

function inner(value: Content): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (MADE in value) return value[MADE];
  return value.map(inner).join('');
}
