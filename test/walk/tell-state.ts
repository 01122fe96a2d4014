/** What there is where a lesson of the walk is not passed, in a few lines: of a run elsewhere nothing is left but its message. */
import type { Learner } from '../support/lab/learner.ts';

export interface Asked {
  readonly lesson: string;
  /** The event log's last event before it. */
  readonly firstEvent: number;
}

/** Never rejects: the server may be what is broken. */
export async function tellState(learner: Learner, asked: Asked): Promise<string> {
  try {
    return (await lines(learner, asked)).map((line) => `  ${line}`).join('\n');
  } catch (error) {
    return `  no state: ${(error as Error).message}\n${learner.server.lastWords().slice(-2000)}`;
  }
}

async function lines({ server }: Learner, { lesson, firstEvent }: Asked): Promise<string[]> {
  const [clock] = await server.json<{ calendar: string }>('lab', 'clock');
  const now = new Date(clock!.calendar);
  const tell = async (name: string, query: string, values: unknown[] = []): Promise<string[]> =>
    (await server.query<{ line: string }>(query, values)).map(({ line }) => `${name}: ${line}`);
  return [
    `calendar: ${clock!.calendar}`,
    ...(await tell('run', RUN, [lesson])),
    ...(await tell('queue', QUEUE)),
    ...(await tell('site', SITES, [now])),
    ...(await tell('provider', JUDGED, [lesson])),
    ...(await tell('since', EVENTS, [firstEvent])),
  ];
}

/** Its own, and those with a fault, which others feel. */
const RUN = `
  select concat_ws(' ', lesson, 'seed', lpad(to_hex(seed), 6, '0'), 'since', to_json(started_at)#>>'{}', left(prepared::text, 200)) as line
  from lab.lesson_runs where lesson = $1 or prepared ?| array['fault', 'broken'] order by lesson = $1 desc, lesson`;

const QUEUE = `
  select concat_ws(' ', count(*), 'at', c.site, c.stream, 'held ' || c.held, case when c.lease is not null then 'leased' end,
    'next', to_json(min(c.next_at))#>>'{}', left(max(r.last_reply), 120)) as line
  from queue_claims c join queue_recipients r using (message_id, recipient_id)
  group by c.site, c.stream, c.held, c.lease is not null order by count(*) desc limit 6`;

const SITES = `
  select concat_ws(' ', site, 'running', running, 'of', cap, 'failures', failures, 'rests until ' || (to_json(blocked_until)#>>'{}'),
    'plan ' || plan_day || ' taken ' || day_taken, 'plan rests until ' || (to_json(greatest(rest_until, bulk_rest_until))#>>'{}')) as line
  from site_limits where running > 0 or blocked_until > $1 or plan_day is not null order by site limit 6`;

const JUDGED = `
  select concat_ws(' ', t.provider, count(*), '×', code, enhanced, verdict, 'last', max(id)) as line
  from lab.provider_traces t join lab.lesson_runs r on r.lesson = $1 and t.at >= r.started_at
  group by t.provider, code, enhanced, verdict order by max(t.at) desc limit 8`;

const EVENTS = `
  select string_agg(concat(type, ' ' || what, ' ×' || n), ', ' order by last desc) as line from (
    select type, coalesce(fields->>'status', fields->>'reason') as what, count(*) as n, max(id) as last
    from events where id > $1 group by 1, 2 order by max(id) desc limit 14) e`;
