/**
 * The base subject of RFC 5256 §2.1: a subject without its reply and forward marks, by which messages that carry no
 * usable References are threaded and by which SORT orders. One pass from each end, so that time is linear, where the
 * procedure of the RFC read literally takes quadratic time on `[a][a][a]…`.
 * Called by summary.ts.
 */

/** `subject` is decoded text (encoded-word.ts). The case is kept; compare with `i;unicode-casemap` or lower case. */
export function baseSubject(subject: string): string {
  const text = subject.replaceAll(/[ \t\r\n]+/g, ' ');
  let start = 0;
  let end = text.length;
  for (;;) {
    end = trailerStart(text, start, end);
    start = leaderEnd(text, start, end);
    // Step 6: subj-fwd-hdr and subj-fwd-trl, then all over again.
    if (!matches(text, start, end, '[fwd:') || text[end - 1] !== ']') break;
    start += '[fwd:'.length;
    end -= 1;
  }
  return text.slice(start, end);
}

/** Step 2: the offset where the last of any trailing `(fwd)` and spaces starts. */
function trailerStart(text: string, start: number, end: number): number {
  let at = end;
  for (;;) {
    if (at > start && text[at - 1] === ' ') at--;
    else if (at - 5 >= start && matches(text, at - 5, at, '(fwd)')) at -= 5;
    else return at;
  }
}

/** Steps 3 to 5: the offset after all leading `re:`, `fwd:` and `[blob]`. A blob that is the whole rest stays. */
function leaderEnd(text: string, start: number, end: number): number {
  let at = start;
  for (;;) {
    while (at < end && text[at] === ' ') at++;
    let afterBlobs = at;
    let lastBlob = at;
    for (let next = blobEnd(text, at, end); next > 0; next = blobEnd(text, afterBlobs, end)) {
      lastBlob = afterBlobs;
      afterBlobs = next;
    }
    const mark = refwdEnd(text, afterBlobs, end);
    if (mark === 0) return afterBlobs < end ? afterBlobs : lastBlob;
    at = mark;
  }
}

/** The offset after subj-refwd, 0 where there is none. */
function refwdEnd(text: string, at: number, end: number): number {
  const word = ['fwd', 'fw', 're'].find((mark) => matches(text, at, end, mark));
  if (word === undefined) return 0;
  let next = at + word.length;
  while (next < end && text[next] === ' ') next++;
  next = blobEnd(text, next, end) || next;
  return next < end && text[next] === ':' ? next + 1 : 0;
}

/** The offset after subj-blob and its white space, 0 where there is none. */
function blobEnd(text: string, at: number, end: number): number {
  if (at >= end || text[at] !== '[') return 0;
  let next = at + 1;
  while (next < end && text[next] !== ']') if (text[next++] === '[') return 0;
  if (next >= end) return 0;
  next++;
  while (next < end && text[next] === ' ') next++;
  return next;
}

/** Whether the lower-case ASCII `word` stands at `at`, in any case. */
function matches(text: string, at: number, end: number, word: string): boolean {
  return at + word.length <= end && text.slice(at, at + word.length).toLowerCase() === word;
}
