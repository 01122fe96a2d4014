import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { secretFilesIn } from './doctor-world.ts';

test('files with secrets are those of …_FILE names and settings with a secret in them, not those of a container', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-secrets-'));
  try {
    const settings = path.join(folder, 'hikyaku.toml');
    await writeFile(settings, 'hostname = "mail.example.org"\n[acme]\neab_mac_key = ""\n');
    const env = {
      HIKYAKU_CONFIG: settings,
      DATABASE_URL_FILE: '/run/secrets/database_url',
      HIKYAKU_ACME_EAB_MAC_KEY_FILE: '/etc/hikyaku/mac',
      HIKYAKU_HOSTNAME_FILE: '/etc/hostname',
    };
    assert.deepEqual(secretFilesIn(env), ['/etc/hikyaku/mac']);
    await writeFile(settings, '[acme]\neab_mac_key = "s3cret"\n');
    assert.deepEqual(secretFilesIn(env), ['/etc/hikyaku/mac', settings]);
    assert.deepEqual(secretFilesIn({ HIKYAKU_CONFIG: path.join(folder, 'none.toml') }), []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
