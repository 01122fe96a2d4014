/** What `hikyaku lab app` asks: settings, what was sent, the newsletter, and what waits to be sent again. */
import { z } from 'zod';
import { parseMailbox } from '#protocol/address/path';
import type { App } from './app.ts';
import { submitForm } from './contact-form.ts';
import { fieldName, readField } from './fields.ts';
import {
  noteRemovals,
  readFields,
  readSettings,
  readSignups,
  readSubscribers,
  sendsSince,
  SIGNUPS,
  writeFields,
  writeSettings,
  writeSubscribers,
} from './files.ts';
import { sendAgain, sendNewsletter, type NewsletterOutcome } from './newsletter.ts';
import { inviteReaders } from './opt-in.ts';
import { isKnownHost } from './send.ts';

export interface AppRefusal {
  readonly kind: 'refused';
  readonly reason:
    | 'not-configured'
    | 'no-subscribers'
    | 'no-such-host'
    | 'no-address'
    | 'bad-form'
    | 'bad-field';
  readonly message: string;
  readonly remedy: string;
}

const configured = z.object({
  host: z.string().max(253),
  port: z.number().int().min(1).max(65_535),
  tls: z.enum(['implicit', 'starttls']),
  user: z.string().max(254),
  password: z.string().max(1024),
});
const issue = z.object({
  subject: z.string().max(200).default('News of the lanterns'),
  text: z.string().max(20_000).default('Autumn has come, and the lanterns are lit.'),
  gap: z.number().int().min(0).max(10_000).default(300),
  direct: z.boolean().default(false),
});
const form = z.object({
  name: z.string().max(1000),
  email: z.string().max(1000),
  message: z.string().max(20_000),
});
/** Letters older than this are no news any more. Milliseconds. */
const AGAIN = 7 * 24 * 3_600_000;
const LATEST = 1000;

export function appCalls(app: App) {
  return {
    'app-config': {
      input: configured,
      run: async (given: z.infer<typeof configured>) => {
        if (!isKnownHost(given.host)) {
          return refuse(
            'no-such-host',
            `the app cannot find the host ${given.host}`,
            'Give localhost, an IP address, or a host of the practice Internet such as mail.example.test.',
          );
        }
        if (parseMailbox(given.user) === undefined) {
          return refuse(
            'no-address',
            `${given.user} is no address to write from`,
            'Give a user like alice@example.test.',
          );
        }
        await writeSettings(app, given);
        const { password: _, ...shown } = given;
        return shown;
      },
    },

    'app-show': {
      input: z.object({ limit: z.number().int().min(1).max(LATEST).default(LATEST) }),
      run: async ({ limit }: { limit: number }) => {
        const settings = await readSettings(app);
        const shown = settings && { ...settings, password: undefined };
        const all = await sendsSince(app, 0);
        const sends = all.slice(-limit);
        const [subscribers, fields] = [await readSubscribers(app), await readFields(app)];
        const earlier = all.length - sends.length;
        return { settings: shown ?? null, subscribers, fields, sends, earlier };
      },
    },

    'app-field': {
      input: z.object({ field: z.string().max(1000), remove: z.boolean().default(false) }),
      run: async ({ field, remove }: { field: string; remove: boolean }) => {
        const name = fieldName(field);
        const line = remove ? undefined : readField(field);
        if (!remove && line === undefined) {
          return refuse(
            'bad-field',
            `the app cannot write this field: ${field}`,
            'Write it as "Name: value", in ASCII and on one line; From, To, Subject, Date, Message-ID and Content-… are the app’s own.',
          );
        }
        const others = (await readFields(app)).filter((one) => fieldName(one) !== name);
        const fields = line === undefined ? others : [...others, line];
        await writeFields(app, fields);
        return { fields };
      },
    },

    'app-readers': {
      input: z.object({ keep: z.enum(SIGNUPS).optional() }),
      run: async ({ keep }: { keep?: (typeof SIGNUPS)[number] | undefined }) => {
        const signups = await readSignups(app);
        const all = await readSubscribers(app);
        const kept = keep === undefined ? all : all.filter((one) => signups[one] === keep);
        if (kept.length < all.length) {
          await writeSubscribers(app, kept);
          await noteRemovals(
            app,
            all.filter((one) => !kept.includes(one)),
          );
        }
        return {
          readers: kept.map((address) => ({ address, came: signups[address] ?? null })),
          removed: all.length - kept.length,
        };
      },
    },

    'app-contact': {
      input: form,
      run: async (given: z.infer<typeof form>) => {
        const outcome = await submitForm(app, given);
        if (outcome.kind === 'sent') return outcome.send;
        if (outcome.kind === 'not-configured') return notConfigured();
        return refuse('bad-form', `the form is wrong: ${outcome.field}`, 'Fill in every field.');
      },
    },

    'app-newsletter': {
      input: issue,
      run: async (given: z.infer<typeof issue>) => outcomeOf(await sendNewsletter(app, given)),
    },

    'app-invite': {
      input: z.object({}),
      run: async () => outcomeOf(await inviteReaders(app)),
    },

    'app-retry': {
      input: issue,
      run: async (given: z.infer<typeof issue>) =>
        outcomeOf(await sendAgain(app, app.clock.now() - AGAIN, given)),
    },
  };
}

export type AppCalls = ReturnType<typeof appCalls>;

function outcomeOf(outcome: NewsletterOutcome) {
  switch (outcome.kind) {
    case 'sent': {
      const { taken, later, never } = outcome;
      return { taken, later, never };
    }
    case 'not-configured':
      return notConfigured();
    case 'no-subscribers':
      return refuse(
        'no-subscribers',
        'the newsletter has no readers',
        'hikyaku lab start 1.9 or 3.3 brings some.',
      );
    default:
      return outcome satisfies never;
  }
}

function notConfigured(): AppRefusal {
  return refuse(
    'not-configured',
    'the app has no mail settings yet',
    'hikyaku lab app config --user alice@example.test',
  );
}

function refuse(reason: AppRefusal['reason'], message: string, remedy: string): AppRefusal {
  return { kind: 'refused', reason, message, remedy };
}
