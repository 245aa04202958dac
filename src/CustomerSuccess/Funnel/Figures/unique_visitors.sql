-- Visitors with a page view on one of the days after @before, up to @last.
select count(*) from visitors where width_bucket(@last::smallint, days) > width_bucket(@before::smallint, days)
