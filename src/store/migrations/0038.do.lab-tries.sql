alter table lab.lesson_runs add column wrong_sheets text[] not null default '{}';
comment on column lab.lesson_runs.wrong_sheets is 'digests of the sheets of answers that were found wrong, each once: after a few the lesson begins anew';
