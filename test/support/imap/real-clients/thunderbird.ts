/**
 * Thunderbird without a screen, driven by Marionette: an account is set up by preferences, mail is read, flagged and
 * moved in its window, a draft or a sent copy is stored. All names are the loopback to it, so that nothing leaves the
 * machine.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Marionette } from './marionette.ts';
import type { World } from './world.ts';
import { freePort } from '../../machine/loopback-port.ts';
import { eventually } from '../../program/running-server.ts';

/** Where it sends: a port with STARTTLS, by the same name and password. Drafts are stored where there is none. */
export interface Submission {
  readonly port: number;
}

/** Preferences under which it asks nobody and shows nothing. */
export const SILENT = {
  'app.update.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'mail.provider.enabled': false,
  'mail.shell.checkDefaultClient': false,
  'mail.spotlight.firstRunDone': true,
  'mailnews.start_page.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.native-is-localhost': true,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
} as const;

function preferences(world: World, marionette: number, submission?: Submission): string {
  const { host, port, user } = world.account;
  const copies = `imap://${encodeURIComponent(user)}@${host}`;
  const all = {
    ...SILENT,
    'marionette.port': marionette,
    'mail.accountmanager.accounts': 'account1,account2',
    'mail.accountmanager.defaultaccount': 'account1',
    'mail.accountmanager.localfoldersserver': 'server2',
    'mail.account.account1.server': 'server1',
    'mail.account.account1.identities': 'id1',
    'mail.account.account2.server': 'server2',
    'mail.server.server1.type': 'imap',
    'mail.server.server1.hostname': host,
    'mail.server.server1.port': port,
    'mail.server.server1.socketType': 3,
    'mail.server.server1.authMethod': 3,
    'mail.server.server1.userName': user,
    'mail.server.server1.name': 'test',
    'mail.server.server1.login_at_startup': false,
    'mail.server.server1.check_new_mail': false,
    'mail.server.server2.type': 'none',
    'mail.server.server2.hostname': 'Local Folders',
    'mail.server.server2.userName': 'nobody',
    'mail.identity.id1.useremail': user,
    'mail.identity.id1.fullName': 'Alice',
    'mail.identity.id1.valid': true,
    'mail.identity.id1.fcc_folder': `${copies}/Sent`,
    'mail.identity.id1.draft_folder': `${copies}/Drafts`,
    'mail.identity.id1.compose_html': false,
    'mail.identity.id1.smtpServer': 'smtp1',
    'mail.smtpservers': 'smtp1',
    'mail.smtp.defaultserver': 'smtp1',
    'mail.smtpserver.smtp1.hostname': host,
    'mail.smtpserver.smtp1.port': submission?.port ?? 9,
    'mail.smtpserver.smtp1.username': user,
    'mail.smtpserver.smtp1.authMethod': 3,
    'mail.smtpserver.smtp1.try_ssl': 2,
  };
  return Object.entries(all)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}

/** What is subscribed, and so what it shows. */
const FOLDERS = ['Drafts', 'Elsewhere', 'INBOX', 'Sent', 'Trash'];

export async function thunderbird(
  world: World,
  program: string,
  submission?: Submission,
): Promise<void> {
  for (const subject of ['one', 'two', 'three'])
    await world.store('INBOX', { subject, body: `the body of ${subject}\r\n` });
  await world.session.create('Elsewhere');
  for (const mailbox of FOLDERS) await world.session.subscribe(mailbox, true);
  const port = await freePort();
  await world.write('profile/user.js', preferences(world, port, submission));
  await using running = startThunderbird(world, program);
  await using driver = await driveThunderbird(running, port);
  await prepare(driver, world, submission);
  assert.deepEqual(await folders(driver), FOLDERS);

  const text = await read(driver, 'one');
  assert.match(text, /the body of one/);
  await flag(driver, 'two');
  await move(driver, 'three', 'Elsewhere');
  await told(world, 'INBOX', ['one $seen', 'two $flagged']);
  assert.deepEqual(await world.subjects('Elsewhere'), ['three']);

  await world.store('INBOX', { subject: 'four' });
  assert.equal(await newest(driver), 'four');

  await write(driver, submission === undefined ? 'SaveAsDraft' : 'DeliverNow');
  const stored = submission === undefined ? 'Drafts' : 'Sent';
  await eventually(`the copy in ${stored}`, async () => (await world.subjects(stored)).length > 0);
  assert.match((await world.subjects(stored))[0]!, /^from a bird/);
  await driver.quit();
}

/** Where its profile is. */
type Home = Pick<World, 'file' | 'home'>;

export interface RunningThunderbird extends AsyncDisposable {
  readonly child: ChildProcess;
  said(): string;
}

export function startThunderbird(world: Home, program: string): RunningThunderbird {
  const args = ['--headless', '--marionette', '--remote-allow-system-access', '--no-remote'];
  // Ends with this process, however that ends.
  const command = ['--pdeathsig', 'TERM', program, ...args, '--profile', world.file('profile')];
  const child = spawn('/usr/bin/setpriv', command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { HOME: world.home, LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)));
  return {
    child,
    said: () => said,
    async [Symbol.asyncDispose]() {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : [];
      // It has processes of its own in its group.
      const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 5000);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(timer);
    },
  };
}

export async function driveThunderbird(
  running: RunningThunderbird,
  port: number,
): Promise<Marionette> {
  for (const deadline = performance.now() + 60_000; ; await delay(100)) {
    const marionette = await Marionette.connect(port).catch(() => undefined);
    if (marionette !== undefined) return marionette;
    if (running.child.exitCode !== null || performance.now() > deadline)
      throw new Error(`Thunderbird cannot be driven:\n${running.said()}`);
  }
}

const COMMON = `
const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
const server = MailServices.accounts.getAccount('account1').incomingServer;
const window = Services.wm.getMostRecentWindow('mail:3pane');
const until = async (what, met) => {
  for (let i = 0; i < 400; i++) {
    const value = await met();
    if (value) return value;
    await new Promise((resolve) => window.setTimeout(resolve, 50));
  }
  throw new Error(what + ': not in time');
};
const all = () => server.rootFolder.descendants.map((f) => f.QueryInterface(Ci.nsIMsgImapMailFolder));
const folder = (name) => all().find((f) => f.onlineName === name);
const update = (name) => new Promise((resolve, reject) =>
  folder(name).updateFolderWithListener(null, {
    QueryInterface: ChromeUtils.generateQI(['nsIUrlListener']),
    OnStartRunningUrl() {},
    OnStopRunningUrl: (_, status) => (status === 0 ? resolve() : reject(new Error('status ' + status))),
  }));
const message = (name, subject) => [...folder(name).messages].find((m) => m.subject === subject);
`;

/** Trusts the server's certificate, knows the password, and opens the inbox in the window. */
async function prepare(driver: Marionette, world: World, submission?: Submission): Promise<void> {
  const { host, port, user, password } = world.account;
  const der = world.certificate.replaceAll(/-----[^-]+-----|\s/g, '');
  await driver.run(
    `const [host, ports, user, password, der] = args;
    const certificates = Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB);
    const overrides = Cc['@mozilla.org/security/certoverride;1'].getService(Ci.nsICertOverrideService);
    for (const port of ports)
      overrides.rememberValidityOverride(host, port, {}, certificates.constructX509FromBase64(der), true);
    for (const origin of ['imap://' + host, 'smtp://' + host]) {
      const login = Cc['@mozilla.org/login-manager/loginInfo;1'].createInstance(Ci.nsILoginInfo);
      login.init(origin, null, origin, user, password, '', '');
      await Services.logins.addLoginAsync(login);
    }
    ${COMMON}
    MailServices.imap.discoverAllFolders(server.rootFolder, null, null);
    await until('the folders', () => folder('Elsewhere') && folder('INBOX'));
    await update('INBOX');
    await until('the messages', () => [...folder('INBOX').messages].length === 3);
    const pane = await until('the window', () => window.document.getElementById('tabmail')?.currentAbout3Pane);
    await until('the pane', () => pane.document.readyState === 'complete' && pane.threadTree);
    pane.displayFolder(folder('INBOX').URI);
    await until('the list', () => pane.gDBView?.rowCount === 3);`,
    host,
    [port, ...(submission === undefined ? [] : [submission.port])],
    user,
    password,
    der,
  );
}

async function folders(driver: Marionette): Promise<string[]> {
  const names = await driver.run(`${COMMON}
    return all().map((f) => f.onlineName);`);
  return (names as string[]).toSorted();
}

/** Selects a letter in the list, as a click does; the text that is shown then. */
async function read(driver: Marionette, subject: string): Promise<string> {
  const text = await driver.run(
    `${COMMON}
    const pane = window.document.getElementById('tabmail').currentAbout3Pane;
    const { messageKey } = message('INBOX', args[0]);
    pane.threadTree.selectedIndex = pane.gDBView.findIndexOfMsgHdr(message('INBOX', args[0]), true);
    const shown = await until('the letter', () => {
      const browser = pane.messageBrowser.contentWindow?.getMessagePaneBrowser?.();
      return browser?.contentDocument?.body?.textContent?.includes('the body of') && browser;
    });
    await until('its mark', () => folder('INBOX').GetMessageHeader(messageKey).isRead);
    return shown.contentDocument.body.textContent;`,
    subject,
  );
  return String(text);
}

async function flag(driver: Marionette, subject: string): Promise<void> {
  await driver.run(
    `${COMMON} folder('INBOX').markMessagesFlagged([message('INBOX', args[0])], true);`,
    subject,
  );
}

async function move(driver: Marionette, subject: string, to: string): Promise<void> {
  await driver.run(
    `${COMMON}
    await new Promise((resolve, reject) =>
      MailServices.copy.copyMessages(folder('INBOX'), [message('INBOX', args[0])], folder(args[1]), true, {
        QueryInterface: ChromeUtils.generateQI(['nsIMsgCopyServiceListener']),
        onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() {},
        onStopCopy: (status) => (status === 0 ? resolve() : reject(new Error('status ' + status))),
      }, null, false));
    await until('its going', () => message('INBOX', args[0]) === undefined);`,
    subject,
    to,
  );
}

/** Waits until a letter is there that was not, as IDLE or a look tells of it. */
async function newest(driver: Marionette): Promise<unknown> {
  return driver.run(`${COMMON}
    return until('the new letter', async () => {
      await update('INBOX');
      return [...folder('INBOX').messages].map((m) => m.subject).find((s) => s === 'four');
    });`);
}

/** Writes a letter to bob, and sends it or stores it as a draft. */
async function write(driver: Marionette, how: 'DeliverNow' | 'SaveAsDraft'): Promise<void> {
  await driver.run(
    `${COMMON}
    const identity = MailServices.accounts.getIdentity('id1');
    const fields = Cc['@mozilla.org/messengercompose/composefields;1'].createInstance(Ci.nsIMsgCompFields);
    fields.from = identity.email;
    fields.to = 'bob@example.test';
    fields.subject = 'from a bird';
    const { MessageSend } = ChromeUtils.importESModule('resource:///modules/MessageSend.sys.mjs');
    await new MessageSend().createAndSendMessage(
      null, identity, 'account1', fields, false, false, Ci.nsIMsgSend['nsMsg' + args[0]],
      null, 'text/plain', 'A few words.', window, null, null, null, '', Ci.nsIMsgCompType.New);`,
    how,
  );
}

async function told(world: World, mailbox: string, subjects: readonly string[]): Promise<void> {
  await eventually(`${mailbox} to hold ${subjects.join(', ')}`, async () => {
    return (await world.subjects(mailbox)).join() === subjects.join();
  });
}
