"""The pure domain: what a ledger is worth and how it did, without input, output, clock or globals.

What services call, all on frozen dataclasses:

- ``prices.MarketData`` (``PriceSeries``, ``fx.RateSeries``, ``instruments.Split``) is everything known of the market.
- ``ledger.check_ledger(transactions, splits)`` names every row that cannot be held, as ``LedgerFault``.
- ``ledger.checked_ledger`` has what every row does to units, ``leg_building.build_legs`` makes the legs of rows that
  are no plain trade, ``leg_lots.LegLots`` applies them to lots, and ``account_rows`` gives the rows of one account.
- ``valuation.value_portfolio(transactions, market, base_currency=, end=, ...)`` gives a ``PortfolioHistory``.
- ``performance.measure(history, calendar.Period, benchmark=None, risk_free=0.0)`` gives a ``PeriodPerformance``.
- ``benchmarks.benchmark_on(history, symbol)`` gives the ``Benchmark`` that ``measure`` takes.
- ``holdings.holdings(history, as_of)`` gives ``HoldingFigures``, one an instrument held.
- ``attribution.attribute(history, period)`` gives the gain and its parts, in all and by holding.
- ``allocation.allocate(holdings, key, ...)`` gives weights by class, currency and so on.

A figure that can fail is a ``measures.Measure``: value, status, reason.
"""
