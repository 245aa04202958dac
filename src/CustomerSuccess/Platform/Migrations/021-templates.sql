-- What mails say: every version of every template that people wrote, and what they are writing. A kind without a version speaks
-- as the product does by itself.
-- Locks: new tables only.

create table message_templates (
  -- welcome, weekly_summary, …
  kind text not null,
  version integer not null check (version > 0),
  -- Back to the product's own words: those of the running release are sent; here is what they were then, for the comparison.
  builtin boolean not null,
  subject text not null,
  preheader text not null,
  html text not null,
  -- Empty: derived from the HTML.
  text text not null,
  -- How it came about where nobody wrote it: restored from version 3.
  note text not null,
  created_at timestamptz not null,
  created_by text not null,
  primary key (kind, version)
);
select cs_distribute('message_templates', null);

-- What an author has in the editor, one draft for each template: the preview shows it, and it is still there tomorrow. Local.
create table template_drafts (
  kind text not null,
  author text not null,
  subject text not null,
  preheader text not null,
  html text not null,
  text text not null,
  -- The version it began with: who saves over a newer one is told.
  began_with integer not null,
  saved_at timestamptz not null,
  primary key (kind, author)
);
