-- Identities as their link events say: the last one of each, and where its way ends (Chains.cs says the same).
last as materialized (
  select distinct on (subject) subject as identity, case when type = 'identity_linked' then properties ->> 'target' end as target,
    case when type = 'identity_linked' then coalesce(properties ->> 'rule', '') else '' end as rule,
    case when type = 'identity_linked' then coalesce(properties -> 'evidence' ->> 'source', '') else '' end as source,
    case when type = 'identity_linked' then coalesce(properties -> 'evidence' ->> 'id', '') else '' end as evidence,
    coalesce(actor, '') as actor, received_at as changed_at, (properties ->> 'n')::integer as changes
  from events where type in ('identity_linked', 'identity_unlinked')
  order by subject, (properties ->> 'n')::integer desc
),
ways as (
  select l1.*,
    case when left(l1.target, 1) <> '~' then 1 when left(l2.target, 1) <> '~' then 2 when left(l3.target, 1) <> '~' then 3
      when left(l4.target, 1) <> '~' then 4 when left(l5.target, 1) <> '~' then 5 end as hops,
    array[l1.target, l2.target, l3.target, l4.target, l5.target] as targets,
    array[l1.changed_at, greatest(l1.changed_at, l2.changed_at), greatest(l1.changed_at, l2.changed_at, l3.changed_at),
      greatest(l1.changed_at, l2.changed_at, l3.changed_at, l4.changed_at),
      greatest(l1.changed_at, l2.changed_at, l3.changed_at, l4.changed_at, l5.changed_at)] as since
  from last l1
  left join last l2 on l2.identity = l1.target
  left join last l3 on l3.identity = l2.target
  left join last l4 on l4.identity = l3.target
  left join last l5 on l5.identity = l4.target
),
derived as materialized (
  select identity, target, targets[hops] as customer_id, coalesce(since[hops], changed_at) as linked_at, rule, source, evidence, actor, changed_at, changes from ways
)
