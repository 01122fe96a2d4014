/** What became of an account's mailboxes between two looks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mailbox } from '#store/mailboxes/tree/tree';
import { mailboxImage as mailbox } from '../../../../test/support/store/mailbox-image.ts';
import { happenings, imageOf, type Image } from './image.ts';

function image(mailboxes: readonly Mailbox[], absent: readonly string[] = []): Image {
  return imageOf({ mailboxes, absentSubscriptions: absent.map((name) => name.split('/')) }, []);
}

const kinds = (before: Image, now: Image): string[] =>
  happenings(before, now).map(({ kind }) => kind);

test('nothing happened', () => {
  const all = [mailbox('1', ['a']), mailbox('2', ['b'])];
  assert.deepEqual(happenings(image(all, ['c']), image(all, ['c'])), []);
});

test('mailboxes are made and removed, and their parents have children or not', () => {
  const parent = mailbox('1', ['a']);
  const withChild = mailbox('1', ['a'], { hasChildren: true });
  const child = mailbox('2', ['a', 'b'], { parentId: '1' });
  assert.deepEqual(kinds(image([parent]), image([withChild, child])), ['changed-children', 'made']);
  assert.deepEqual(kinds(image([withChild, child]), image([parent])), [
    'removed',
    'changed-children',
  ]);
});

test('a mailbox that is made or removed concerns its parent, which has others too', () => {
  const all = [
    mailbox('1', ['a'], { hasChildren: true }),
    mailbox('2', ['a', 'b'], { parentId: '1' }),
  ];
  const more = [...all, mailbox('3', ['a', 'c'], { parentId: '1' })];
  assert.deepEqual(kinds(image(all), image(more)), ['changed-children', 'made']);
  assert.deepEqual(kinds(image(more), image(all)), ['removed', 'changed-children']);
});

test('of a name whose mailbox is removed it is known whether it stays subscribed', () => {
  const before = image([mailbox('1', ['a'], { subscribed: true }), mailbox('2', ['b'])]);
  assert.deepEqual(
    happenings(before, image([], ['a'])).map((one) => one.kind === 'removed' && one.subscribed),
    [true, false],
  );
});

test('a rename is told of the mailbox, not of those below it', () => {
  const before = image([
    mailbox('1', ['a'], { hasChildren: true }),
    mailbox('2', ['a', 'b'], { parentId: '1' }),
  ]);
  const now = image([
    mailbox('1', ['z'], { hasChildren: true }),
    mailbox('2', ['z', 'b'], { parentId: '1' }),
  ]);
  assert.deepEqual(
    happenings(before, now).map((one) => one.kind === 'renamed' && one.before),
    ['a'],
  );
});

test('messages that came or went are told from flags that changed', () => {
  const before = image([mailbox('1', ['a']), mailbox('2', ['b']), mailbox('3', ['c'])]);
  const now = image([
    mailbox('1', ['a'], { modseq: 2, messages: 1, uidNext: 2 }),
    mailbox('2', ['b'], { modseq: 3 }),
    mailbox('3', ['c']),
  ]);
  assert.deepEqual(
    happenings(before, now).map((one) => one.kind === 'messages' && one.flagsOnly),
    [false, true],
  );
});

test('a subscription that outlives its mailbox, or that a new one takes over, has not changed', () => {
  const subscribed = image([mailbox('1', ['a'], { subscribed: true })]);
  const outlived = image([], ['a']);
  assert.deepEqual(kinds(subscribed, outlived), ['removed']);
  assert.deepEqual(kinds(outlived, subscribed), ['made']);
  assert.deepEqual(kinds(image([]), outlived), ['absent-subscribed']);
  assert.deepEqual(kinds(image([mailbox('1', ['a'])]), subscribed), ['subscribed']);
});

test('annotations are told that were set, changed or removed', () => {
  const tree = { mailboxes: [mailbox('1', ['a'])], absentSubscriptions: [] };
  const before = imageOf(tree, [
    { mailboxId: '1', name: '/private/kept', modseq: 1 },
    { mailboxId: '1', name: '/private/changed', modseq: 1 },
    { mailboxId: undefined, name: '/private/gone', modseq: 1 },
  ]);
  const now = imageOf(tree, [
    { mailboxId: '1', name: '/private/kept', modseq: 1 },
    { mailboxId: '1', name: '/private/changed', modseq: 2 },
  ]);
  assert.deepEqual(
    happenings(before, now).map((one) => one.kind === 'annotated' && one.entries),
    [['/private/changed'], ['/private/gone']],
  );
});

test('a modseq that a name or a subscription took is no change of flags', () => {
  const before = image([mailbox('1', ['a'])]);
  const subscribed = mailbox('1', ['a'], { modseq: 2, subscribed: true });
  assert.deepEqual(kinds(before, image([subscribed])), ['subscribed']);
  assert.deepEqual(kinds(before, image([mailbox('1', ['b'], { modseq: 2 })])), ['renamed']);
  assert.deepEqual(kinds(before, image([mailbox('1', ['a'], { modseq: 2 })])), ['messages']);
  const seen = { ...subscribed, unseen: 1 };
  assert.deepEqual(kinds(before, image([seen])), ['subscribed', 'messages']);
});
