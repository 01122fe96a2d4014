/** What `hikyaku lab ca` asks the running server. Times leave as RFC 3339. */
import { z } from 'zod';
import type { LabCall } from '#lab/ground';
import type { Language } from '#protocol/dsn/language';
import { PROFILES, type ProfileName } from './profiles.ts';
import type { CaRules } from './rules.ts';
import type { LabCa } from './start.ts';
import { tellCaStep } from './steps/tell-step.ts';

export interface CaView {
  readonly directory: string;
  /** For programs that do not ask the lab's resolver. */
  readonly byAddress: string;
  /** What has to be trusted. */
  readonly root: string;
  readonly rules: CaRules;
}

export interface CaOrder {
  /** Null where it was refused at once. */
  readonly id: string | null;
  readonly at: string;
  readonly account: string;
  readonly names: readonly string[];
  readonly status: string;
  readonly problem: string | null;
  readonly serial: string | null;
  readonly until: string | null;
  readonly steps: readonly CaToldStep[];
}

export interface CaToldStep {
  readonly at: string;
  readonly step: string;
  readonly rfc: string;
  readonly text: string;
}

export interface CaOrders {
  readonly orders: readonly CaOrder[];
}

const profiles = Object.keys(PROFILES) as [ProfileName, ...ProfileName[]];
const rulesSchema = z
  .object({
    profile: z.enum(profiles),
    rateLimits: z.boolean(),
    refusedNonces: z.number().min(0).max(0.9),
    askRenewalAgain: z.number().int().min(0).max(86_400_000),
  })
  .partial();
const ordersSchema = z.object({
  lang: z.enum(['en', 'ja']),
  limit: z.number().int().min(1).max(1000),
});

export function caCalls(ca: LabCa): Record<string, LabCall> {
  const view = (): CaView => ({
    directory: ca.directoryUrl,
    byAddress: ca.addressUrl,
    root: ca.rootFile,
    rules: { ...ca.rules },
  });
  return {
    ca: { input: z.object({}), run: view },
    'ca-rules': {
      input: rulesSchema,
      run: (change: z.infer<typeof rulesSchema>): CaView => {
        Object.assign(ca.rules, change);
        return view();
      },
    },
    'ca-recall': {
      input: z.object({ name: z.string().min(1).max(253) }),
      run: ({ name }: { name: string }) => ({ name, recalled: ca.recall(name.toLowerCase()) }),
    },
    'ca-orders': {
      input: ordersSchema,
      run: ({ lang, limit }: z.infer<typeof ordersSchema>) => ordersOf(ca, lang, limit),
    },
  };
}

function ordersOf(ca: LabCa, language: Language, limit: number): CaOrders {
  const orders = ca.orders().slice(0, limit);
  return {
    orders: orders.map(({ id, at, account, names, status, problem, certificate, steps }) => ({
      id: id ?? null,
      at: new Date(at).toISOString(),
      account,
      names,
      status,
      problem: problem?.detail ?? null,
      serial: certificate?.serial ?? null,
      until: certificate ? new Date(certificate.notAfter).toISOString() : null,
      steps: steps.map((one) => ({
        at: new Date(one.at).toISOString(),
        step: one.step,
        rfc: one.rfc,
        text: tellCaStep(one, language),
      })),
    })),
  };
}
