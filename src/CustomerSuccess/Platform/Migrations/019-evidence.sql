-- Through which kind of door a pair came (pairs.sql says which), each kept for itself: what a page without a key said first must not
-- stand in the way of what a key says. And who was only ever seen on pages without a key.
-- Locks: pairs against writes while its new key is built.
alter table pairs add column door text not null default 'key';
update pairs set door = case when source in ('script', 'plausible', 'umami') then 'open' else 'webhook' end
where source in ('script', 'plausible', 'umami', 'github', 'stripe');
alter table pairs drop constraint pairs_pkey;
alter table pairs add primary key (a, b, door);

alter table sightings add column keyless boolean not null default false;
update sightings s set keyless = true
where s.source in ('script', 'plausible', 'umami') and not exists (
  select 1 from events e where e.subject = s.identity and e.customer_id is null and e.source not in ('script', 'plausible', 'umami')
    and (left(e.subject, 3) <> '~v:' or e.type not in ('page_view', 'page_leave', 'screen_view', 'outbound_click'))
    and e.type not in ('identity_linked', 'identity_unlinked'));
