/** Lesson 3.13: a page that says what to do when an alert comes, filled in, with commands that there are, and linked from the alert. */
import { commandsIn, openSections, RUNBOOK_HEADINGS } from '#lab/lessons/handed-in/runbook';
import { allRules } from '#mail/alerts/in-force';
import { listRules } from '#store/alerts/rules';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  lesson,
  MISSING,
  missing,
  NOTHING_LAID_OUT,
  seen,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import type { LessonWorld } from '#lab/lessons/world';

type Key = 'sections' | 'commands' | 'linked';

/** Different ones: to look, to mend, and to see that it is over. */
const LEAST_COMMANDS = 4;
/** Of the practice Internet, which is not there at night. */
const OF_THE_LAB = /^(?:lab|dev) ?/;

export const runbook = lesson<Key>({
  number: '3.13',
  slug: 'runbook',
  criteria: {
    sections: {
      en: 'All six sections of your runbook are filled in',
      ja: '運用手順書の六つの節が、すべて埋まっている',
    },
    commands: {
      en: 'It names at least four different commands, and each of them is there outside of the practice Internet',
      ja: '異なるコマンドが四つ以上書かれており、そのすべてが練習用インターネットの外でも使える',
    },
    linked: {
      en: 'An alert that is on guard has it as its runbook, and the page names that alert',
      ja: '有効なアラートの運用手順書に指定され、そのアラートの名前がページに書かれている',
    },
  },
  ...NOTHING_LAID_OUT,
  questions: () => [
    {
      name: 'file',
      text: { en: 'the path of your runbook', ja: '運用手順書のパス' },
    },
  ],
  async check(world, run) {
    const given = givenOf(run);
    if (given === undefined) return { sections: MISSING, commands: MISSING, linked: MISSING };
    return {
      sections: sectionsSight(given),
      commands: await commandsSight(world, given),
      linked: await linkedSight(world, given),
    };
  },
});

interface Given {
  readonly file: string;
  readonly text: string;
}

/** The command line sends the content with the path. */
function givenOf({ answers }: LessonRun): Given | undefined {
  const { file, text } = answers ?? {};
  return file === undefined || text === undefined ? undefined : { file, text };
}

function sectionsSight({ file, text }: Given): Sight {
  const open = openSections(text);
  if (open.length === 0) return seen({ at: file });
  const names = (language: keyof Said): string =>
    open.map((section) => RUNBOOK_HEADINGS[section][language]).join(', ');
  return missing({ en: `Open: ${names('en')}`, ja: `埋まっていない節：${names('ja')}` });
}

async function commandsSight({ commands }: LessonWorld, { text }: Given): Promise<Sight> {
  if (commands === undefined) return MISSING;
  const { known, unknown } = commandsIn(text, await commands());
  const wrong = [...unknown, ...known.filter((command) => OF_THE_LAB.test(command))].slice(0, 5);
  if (wrong.length > 0) {
    const names = wrong.map((command) => command.slice(0, 60)).join(', ');
    return missing({
      en: `Not there outside of the practice Internet: ${names}`,
      ja: `練習用インターネットの外にはないコマンド：${names}`,
    });
  }
  if (known.length >= LEAST_COMMANDS) return seen({ at: known.slice(0, 10).join(', ') });
  return missing({
    en: `Different commands so far: ${known.length}. Those in code count, as \`hikyaku queue list\`.`,
    ja: `これまでのコマンド：${known.length} 種類。\`hikyaku queue list\` のように、コードとして書いたものを数えます。`,
  });
}

async function linkedSight({ store }: LessonWorld, { file, text }: Given): Promise<Sight> {
  const rules = allRules(await listRules(store.pool));
  const linked = rules.filter(({ rule, paused }) => !paused && pathOf(rule.runbook) === file);
  const named = linked.find(({ rule }) => text.includes(rule.name));
  if (named !== undefined) return seen({ at: named.rule.name });
  const [first] = linked;
  if (first === undefined) {
    return missing({
      en: `No alert has it as its runbook: hikyaku alert change NAME --runbook ${file}`,
      ja: `どのアラートの運用手順書にも指定されていません：hikyaku alert change NAME --runbook ${file}`,
    });
  }
  return missing({
    en: `The page does not name its alert, ${first.rule.name}.`,
    ja: `ページに、アラートの名前 ${first.rule.name} が書かれていません。`,
  });
}

/** A link may lead to a heading within the page. */
function pathOf(runbook: string): string {
  return runbook.split('#', 1)[0]!;
}
