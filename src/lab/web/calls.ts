/** `hikyaku lab web`: where a browser finds the pages. */
import { z } from 'zod';
import type { LabCall } from '#lab/ground';
import { SITES } from './sites.ts';
import type { LabWeb } from './start.ts';

export interface WebView {
  readonly url: string;
  readonly pages: readonly { readonly site: string; readonly url: string }[];
}

export function webCalls({ url }: Pick<LabWeb, 'url'>): Record<string, LabCall> {
  const pages = SITES.map((site) => ({ site, url: `${url}${site}/` }));
  return { web: { input: z.unknown(), run: (): WebView => ({ url, pages }) } };
}
