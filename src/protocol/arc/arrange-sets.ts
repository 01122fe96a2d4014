/** Sets of fields, and whether they have the structure of a chain (RFC 8617 §4.2, §5.2 steps 2 and 3). Pure. */
import { ARC_FIELDS, type CollectedField, type Collection } from './collect-fields.ts';
import type { ArcFault, ArcFieldName, ChainStatus } from './report.ts';

export interface ArcSet {
  readonly instance: number;
  readonly cv: ChainStatus;
  readonly results: CollectedField;
  readonly message: CollectedField;
  readonly seal: CollectedField;
}

/** The sets from the first to the newest, or why they are no chain. Without any field: no set. */
export function arrangeSets(collection: Collection): readonly ArcSet[] | ArcFault {
  const { fields, highest, fault } = collection;
  if (fault?.reason === 'too-many-sets' || fault?.reason === 'fields-too-large') return fault;
  // step 2: what a sealer has found broken, stays so
  const newest = fields.find(({ name, instance }) => name === 'ARC-Seal' && instance === highest);
  if (newest && chainStatus(newest) === 'fail') {
    return { reason: 'failed-before', at: { field: 'ARC-Seal', instance: highest }, tag: 'cv' };
  }
  if (fault) return fault;
  const byPlace = Map.groupBy(fields, ({ name, instance }) => placeOf(name, instance));
  const sets: ArcSet[] = [];
  for (let instance = 1; instance <= highest; instance++) {
    const faulty = ARC_FIELDS.find((name) => byPlace.get(placeOf(name, instance))?.length !== 1);
    if (faulty) {
      const isMissing = !byPlace.has(placeOf(faulty, instance));
      return {
        reason: isMissing ? 'field-missing' : 'field-repeated',
        at: { field: faulty, instance },
      };
    }
    const [results, message, seal] = ARC_FIELDS.map(
      (name) => byPlace.get(placeOf(name, instance))![0]!,
    );
    const cv = chainStatus(seal!);
    if (cv !== (instance === 1 ? 'none' : 'pass')) {
      return { reason: 'wrong-chain-status', at: { field: 'ARC-Seal', instance }, tag: 'cv' };
    }
    sets.push({ instance, cv, results: results!, message: message!, seal: seal! });
  }
  return sets;
}

/** seal-cv-tag (§3.9), in any case as its ABNF has it. */
function chainStatus({ tags }: CollectedField): ChainStatus | undefined {
  const value = tags.get('cv')?.value.toLowerCase();
  return value === 'none' || value === 'fail' || value === 'pass' ? value : undefined;
}

function placeOf(name: ArcFieldName, instance: number): string {
  return `${instance} ${name}`;
}
