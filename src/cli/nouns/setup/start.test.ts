import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { serviceCommands } from './start.ts';

test('where the units are installed the service manager starts the server, with the sockets that are there', async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), 'hikyaku-units-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const units = path.join(root, 'units');
  await mkdir(units);
  assert.equal(serviceCommands(root, [units]), undefined, 'no unit');
  await writeFile(path.join(units, 'hikyaku.service'), '');
  assert.equal(serviceCommands(path.join(root, 'none'), [units]), undefined, 'no systemd');
  assert.deepEqual(serviceCommands(root, [path.join(root, 'none'), units]), [
    'systemctl daemon-reload',
    'systemctl enable --now hikyaku.service',
  ]);
  await writeFile(path.join(units, 'hikyaku-smtp.socket'), '');
  await writeFile(path.join(units, 'hikyaku-imaps.socket'), '');
  assert.equal(
    serviceCommands(root, [units])![1],
    'systemctl enable --now hikyaku-smtp.socket hikyaku-imaps.socket hikyaku.service',
  );
});
