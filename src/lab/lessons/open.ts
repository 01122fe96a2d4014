/** Opens what the lessons bring into the practice Internet: the app with its web page, and every call of theirs. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { LabNetwork } from '#lab/network';
import type { App } from '#lab/app/app';
import { appCalls } from '#lab/app/calls';
import { startAppPage } from '#lab/app/page';
import { lessonCalls } from './calls.ts';
import { attackCalls } from './calls/attack-calls.ts';
import { logCalls } from './calls/log-calls.ts';
import { optInCalls } from './calls/opt-in-calls.ts';
import { partyCalls } from './calls/party-calls.ts';
import { readerCalls } from './calls/reader-calls.ts';
import { recordingCalls } from './calls/recording-calls.ts';
import { sqlCalls } from './calls/sql-calls.ts';
import { toolCalls } from './calls/tool-calls.ts';
import type { LessonWorld } from './world.ts';

export interface LessonParts extends Omit<LessonWorld, 'network' | 'app' | 'ending'> {
  readonly network: LabNetwork;
  /** Of the practice Internet; the app gets one of its own in it. */
  readonly folder: string;
}

export type OpenLessons = AsyncDisposable & {
  readonly calls: ReturnType<typeof allCalls>;
};

/** @throws EADDRINUSE, … where the app's page cannot listen */
export async function openLessons({ folder, ...parts }: LessonParts): Promise<OpenLessons> {
  const { network, clock, random, log, server } = parts;
  const ending = new AbortController();
  const app: App = {
    network,
    clock,
    random,
    folder: path.join(folder, 'app'),
    owner: `bob@${server.domain}`,
  };
  await mkdir(app.folder, { recursive: true, mode: 0o700 });
  const page = await startAppPage(app, network.localPort(80), log);
  return {
    calls: allCalls({ ...parts, app, ending: ending.signal }),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await page[Symbol.asyncDispose]();
    },
  };
}

function allCalls(world: LessonWorld) {
  return {
    ...lessonCalls(world),
    ...toolCalls(world),
    ...attackCalls(world),
    ...logCalls(world),
    ...partyCalls(world),
    ...readerCalls(world),
    ...sqlCalls(world),
    ...recordingCalls(world),
    ...appCalls(world.app),
    ...optInCalls(world),
  };
}
