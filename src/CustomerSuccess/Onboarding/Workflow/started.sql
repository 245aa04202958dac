-- Customers who begin with a version other than the first, and of whom that has not been said: the one that is published when they come.
select e.subject, min(e.occurred_at), 1, json_build_object('version', k.version)::text
from events e
cross join (select max(version) as version from workflow_definitions) k
where k.version is not null and e.subject = any(@customers) and e.replayed and e.type = 'customer_created'
  and not exists (select from events s where s.subject = e.subject and s.source = 'system' and s.id = 'workflow_started:' || e.subject)
group by e.subject, k.version
order by e.subject
