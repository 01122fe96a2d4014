/** The DNS plan as JSON: all of it is text and numbers but the octets of TLSA records. */
import { base64 } from '#bytes';
import type { DnsPlan, PlannedRecord } from '#mail/dns-plan/record';
import { fromBase64 } from './from-base64.ts';

export function planToJson(plan: DnsPlan): DnsPlan {
  return withOctets(plan, (octets) => base64(octets as Uint8Array));
}

export function planFromJson(plan: DnsPlan): DnsPlan {
  return withOctets(plan, (text) => fromBase64(text as string));
}

/** What goes through JSON has the form of the plan, but for this one field. */
function withOctets(plan: DnsPlan, change: (certificate: unknown) => unknown): DnsPlan {
  const records = plan.records.map((record) =>
    record.type === 'TLSA'
      ? ({
          ...record,
          data: { ...record.data, certificate: change(record.data.certificate) },
        } as PlannedRecord)
      : record,
  );
  return { ...plan, records };
}
