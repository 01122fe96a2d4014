/** What the doctor asks a server for: its facts, addresses that keep nothing, and what was found before. */
import { z } from 'zod';
import { STATUSES } from '#mail/doctor/status';
import { rows, value } from '#servers/admin/call';
import { noSuchDomain, NOTHING, readDomain, text } from '#servers/admin/inputs';

const MOST = 20_000;

const kept = z.object({
  check: z.string().max(10),
  subject: z.string().max(300),
  status: z.enum(STATUSES),
  finding: z.string().max(100),
});

export const doctorCalls = {
  'doctor/facts': value(NOTHING, async ({ doctor }) => ({
    settings: doctor.settings,
    facts: await doctor.facts(),
  })),

  'doctor/before': rows(NOTHING, async ({ doctor }) => doctor.before()),

  'doctor/keep': rows(z.object({ results: z.array(kept).max(MOST) }), async ({ doctor }, input) =>
    doctor.keep(input.results),
  ),

  'doctor/challenge': value(
    z.object({ type: z.enum(['http-01', 'tls-alpn-01']) }),
    async ({ doctor }, input) => doctor.challenge(input.type),
  ),

  'doctor/echo': value(z.object({ domain: text }), async ({ doctor, directory }, input) => {
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    if (!(await directory.isLocalDomain(domain))) return noSuchDomain(domain);
    return { address: doctor.echo.open(domain) };
  }),

  'doctor/echoed': value(z.object({ address: text }), async ({ doctor }, input) => ({
    junk: (await doctor.echo.look(input.address))?.junk ?? null,
  })),
} as const;
