/** What a request by HTTP is for, read off its method, its path and its type. Pure. */
import { PAGE_PATH } from '#mail/unsubscribe/offer';
import type { HttpAnswer, HttpPurpose } from './texts.ts';

export interface AskedByHttp {
  readonly method: string;
  /** A path, with its query. */
  readonly target: string;
  /** Of what was sent, in lower case without parameters. */
  readonly type: string;
}

const POLICY_HOST = 'mta-sts.';
const POLICY_PATH = '/.well-known/mta-sts.txt';

export function httpPurpose({ method, target, type }: AskedByHttp): HttpPurpose {
  const path = target.split('?', 1)[0]!.toLowerCase();
  if (path === POLICY_PATH) return 'policy';
  if (path.startsWith('/.well-known/acme-challenge/')) return 'http-01';
  if (path.startsWith(PAGE_PATH)) return method === 'POST' ? 'one-click' : 'leaving-page';
  if (path.endsWith('/config-v1.1.xml')) return 'autoconfig';
  if (path.startsWith('/autodiscover/')) return 'autodiscover';
  if (path.startsWith('/.well-known/')) return 'well-known';
  if (type.startsWith('application/tlsrpt')) return 'tls-report';
  return method === 'POST' ? 'form' : 'page';
}

/** Whose policy such a host has (RFC 8461 §3.3). Undefined: no domain's, by its name. */
export function policyDomain(host: string): string | undefined {
  return host.startsWith(POLICY_HOST) ? host.slice(POLICY_HOST.length) : undefined;
}

/** @param status undefined: the answer did not come to its end */
export function httpAnswer(status: number | undefined, purpose: HttpPurpose): HttpAnswer {
  if (status === undefined) return 'unfinished';
  if (status < 300) return purpose === 'policy' ? 'policy' : 'success';
  if (status < 400) return 'redirect';
  return status < 500 ? 'refused' : 'broken';
}
