/**
 * Which certificate a client is shown: the one for the name that it asks for (SNI), else that of the host's own name. Certificates come
 * from the database and take the place of one another while connections go on with what they began with; the one in files stands
 * under all of them, or before them where somebody configured it. Built by the composition root.
 */
import { X509Certificate } from 'node:crypto';
import type { TlsIdentity } from './tls-context.ts';

export interface NamedIdentity {
  /** In lower case; `*.example.org` is for one label more. */
  readonly names: readonly string[];
  readonly identity: TlsIdentity;
}

export interface NamedIdentitiesOptions {
  /** The certificate in files, as it is now. */
  readonly base: { readonly current: TlsIdentity };
  /** It was configured, and is not one that this server made for itself. */
  readonly prefersBase: boolean;
  readonly hostname: string;
}

export class NamedIdentities {
  readonly #options: NamedIdentitiesOptions;
  #exact: ReadonlyMap<string, TlsIdentity> = new Map();
  #current: { readonly base: TlsIdentity; readonly identity: TlsIdentity } | undefined;

  constructor(options: NamedIdentitiesOptions) {
    this.#options = options;
  }

  /** In place of those before; of two for one name the first counts. */
  use(named: readonly NamedIdentity[]): void {
    const exact = new Map<string, TlsIdentity>();
    for (const { names, identity } of named) {
      for (const name of names) if (!exact.has(name)) exact.set(name, identity);
    }
    this.#exact = exact;
    this.#current = undefined;
  }

  /** For the next handshake. */
  get current(): TlsIdentity {
    const base = this.#options.base.current;
    if (this.#current?.base !== base) this.#current = { base, identity: this.#made(base) };
    return this.#current.identity;
  }

  #made(base: TlsIdentity): TlsIdentity {
    // nothing to choose from: handshakes need not ask
    if (this.#exact.size === 0) return base;
    const { prefersBase, hostname } = this.#options;
    const exact = this.#exact;
    const byDefault = prefersBase ? base : (find(exact, hostname) ?? base);
    const own = prefersBase ? new X509Certificate(base.certificate) : undefined;
    const forName = (given: string): TlsIdentity => {
      const name = given.toLowerCase();
      if (own?.checkHost(name, { subject: 'never' }) !== undefined) return base;
      return find(exact, name) ?? byDefault;
    };
    return { ...byDefault, forName };
  }
}

function find(exact: ReadonlyMap<string, TlsIdentity>, name: string): TlsIdentity | undefined {
  const dot = name.indexOf('.');
  return exact.get(name) ?? (dot > 0 ? exact.get(`*${name.slice(dot)}`) : undefined);
}
