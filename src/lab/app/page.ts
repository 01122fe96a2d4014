/** The web page of the app: a contact form, and what became of it. What somebody typed is escaped wherever it is shown. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Log } from '#log';
import { hostOf } from '#protocol/http/host';
import { APP_HOST, type App } from './app.ts';
import { submitForm, type FormOutcome } from './contact-form.ts';

/** A form of the longest texts fits, each octet of it escaped. */
const FORM_OCTETS = 128 * 1024;
/** For a whole request. Milliseconds. */
const PATIENCE = 30_000;
const CONNECTIONS = 50;

export interface AppPage extends AsyncDisposable {
  readonly port: number;
}

/** @throws EADDRINUSE, … from the system */
export async function startAppPage(app: App, port: number, log: Log): Promise<AppPage> {
  const address = app.network.addressOf(APP_HOST);
  const server: Server = createServer((request, response) => {
    if (!isCalledHere(request.headers.host, address)) {
      // RFC 9110 §15.5.20
      response.setHeader('connection', 'close');
      respond(
        response,
        421,
        '<p>There is nothing here by that name. その名前のものはここにはありません。</p>',
      );
      return;
    }
    answer(app, request, response).catch((error: unknown) => {
      log.error('lab.app-failed', { error: (error as Error).message });
      respond(response, 500, '<p>Something went wrong. 問題が発生しました。</p>');
    });
  });
  server.maxConnections = CONNECTIONS;
  server.requestTimeout = PATIENCE;
  server.listen(port, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => {});
    },
  };
}

/** A page of the web whose name was made to point here (DNS rebinding) carries its own name. @param header Host, as it came */
function isCalledHere(header: string | undefined, address: string): boolean {
  const host = hostOf(header);
  return host === APP_HOST || host === address;
}

async function answer(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://app.test').pathname;
  if (request.method === 'GET' && path === '/') return respond(response, 200, FORM);
  if (request.method !== 'POST' || path !== '/contact')
    return respond(response, 404, '<p>There is nothing here. ここには何もありません。</p>');
  const body = await bodyOf(request);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    return respond(response, 413, '<p>That is too long. 長すぎます。</p>');
  }
  const fields = new URLSearchParams(body);
  const outcome = await submitForm(app, {
    name: fields.get('name') ?? '',
    email: fields.get('email') ?? '',
    message: fields.get('message') ?? '',
  });
  const [status, text] = told(outcome);
  respond(response, status, `<p>${escaped(text)}</p>`);
}

/** Undefined: it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > FORM_OCTETS) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function told(outcome: FormOutcome): [number, string] {
  switch (outcome.kind) {
    case 'not-configured':
      return [503, 'The app has no mail settings yet. アプリのメール設定がまだありません。'];
    case 'bad-form':
      return [400, `Please fill in: ${outcome.field}. 入力内容を確認してください。`];
    case 'sent':
      break;
    default:
      return outcome satisfies never;
  }
  const { send } = outcome;
  if (send.outcome === 'taken') return [200, `Thank you. ありがとうございます。${send.reply}`];
  return [502, `It could not be sent. 送信できませんでした。${send.reply}`];
}

function respond(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; form-action 'self'; style-src 'none'",
    'x-content-type-options': 'nosniff',
  });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>The paper lantern shop</title>
<h1>The paper lantern shop · 提灯の店</h1>
${body}
</html>\n`);
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const FORM = `<form method="post" action="/contact">
<p><label>Name お名前 <input name="name" maxlength="100" required></label>
<p><label>Email メールアドレス <input name="email" type="email" maxlength="254" required></label>
<p><label>Message お問い合わせ <textarea name="message" maxlength="10000" required></textarea></label>
<p><button>Send 送信</button>
</form>`;
