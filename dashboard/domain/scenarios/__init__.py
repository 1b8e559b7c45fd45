"""What could happen to the holdings of today: a window of the past again, a shock, or many possible futures.

- ``stress.stress(exposures, window, market, currency)``: each holding's own return in a dated window of the past.
- ``shocks.shock(exposures, shocks, currency)``: a change of a price, a class, a currency, or the market by betas.
- ``simulation.simulate(...)``: possible values ahead by a block bootstrap of the joint returns of the past.

A holding whose return is not known is named with the reason; a total over it has no value, only what is covered has.
"""
