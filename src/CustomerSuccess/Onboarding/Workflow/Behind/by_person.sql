-- When each person of these accounts first did it.
select customer_id, coalesce(person_id, '') as person_id, min(occurred_at) as at from attributed
where customer_id = any(@customers) and type = @type
  and (@patterns::text[] is null or coalesce(properties ->> @property, '') like any(@patterns))
group by 1, 2
