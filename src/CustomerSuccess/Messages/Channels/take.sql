-- Take up to @most messages' worth of requests from a channel's bucket. A channel that was left alone gets one message to try it
-- with, and the next only when that one's outcome is known or half a minute has passed.
insert into channels (channel, tokens, filled_at) values (@channel, @burst, clock_timestamp()) on conflict do nothing;
with filled as (
  select least(@burst, tokens + greatest(0, extract(epoch from clock_timestamp() - filled_at)) * @rate) as have, greatest(clock_timestamp(), filled_at) as at,
    coalesce(paused_until > clock_timestamp(), false) as paused, failures >= @trials or throttled_since is not null as trying
  from channels where channel = @channel for update
),
granted as (
  select *, case when paused then 0 else least(floor(have / @cost), case when trying then 1 else @most end)::int end as n from filled
)
update channels c set
  tokens = have - n * @cost, filled_at = at,
  trial = c.trial or trying and n > 0,
  paused_until = case when trying and n > 0 then at + interval '30 seconds' else c.paused_until end
from granted where channel = @channel
returning n, extract(epoch from case when paused then c.paused_until - at else make_interval(secs => greatest(0, (@cost - have) / @rate)) end)::float8, throttled_since, paused and refused_us
