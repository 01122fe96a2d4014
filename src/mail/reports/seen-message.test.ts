import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenKind } from '#store/reports/dmarc-seen';
import { declaredZone } from '../../../test/support/declared-zone.ts';
import { HONEST, LIST, startReception, world, type Letter } from '../../../test/support/reception.ts';
import { openTestStore, startTestSmtp } from '../../../test/support/smtp-server.ts';
