/** `hikyaku lab web`: where a browser finds the pages of the practice Internet. */
import type { Command } from 'commander';
import type { WebView } from '#lab/web/calls';
import { callAdded } from '#cli/control';
import { printRows } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';

export function addWebVerb(noun: Command): void {
  addVerb(
    noun,
    'web',
    'where a browser finds the pages: registrar, DNS panel, reverse names, the cache of the resolver; why a message was judged so, the block list, the page for senders',
    'hikyaku lab web',
  ).action(async (options: CommonOptions) => {
    const { pages } = await callAdded<WebView>(options, 'lab/web', {});
    await printRows(
      pages,
      [
        { title: 'SITE', value: (row) => row.site },
        { title: 'IN A BROWSER', value: (row) => row.url },
      ],
      options,
      'There are no pages.',
    );
  });
}
