/** The way of `dkim verify` and `arc verify`: a message out of a file, its keys out of the DNS, a report. Works without a server. */
import { keyLookup } from '#protocol/dkim/key-lookup';
import type { VerifyOptions } from '#protocol/dkim/verify';
import { splitHeader } from '#protocol/message/header/fields';
import { readMessageFile } from './message-file.ts';
import { waiting } from './terminal/progress.ts';
import { cliResolver, type ResolverOptions } from './resolver.ts';

export interface Verified<Report> {
  /** How the file is named to people. */
  readonly name: string;
  readonly report: Report;
}

/**
 * @param asking what takes time, in words
 * @throws CommandFailure where the file cannot be read, or no resolver answered
 */
export async function verifyFile<Report>(
  file: string,
  options: ResolverOptions,
  asking: string,
  verify: (given: VerifyOptions) => Promise<Report>,
): Promise<Verified<Report>> {
  const { name, bytes } = await readMessageFile(file);
  using resolver = await cliResolver(options);
  const { bodyStart } = splitHeader(bytes);
  const report = await waiting(
    asking,
    verify({
      header: bytes.subarray(0, bodyStart),
      body: [bytes.subarray(bodyStart)],
      lookup: keyLookup(resolver),
      now: resolver.now() / 1000,
    }),
  );
  resolver.assertReached();
  return { name, report };
}
