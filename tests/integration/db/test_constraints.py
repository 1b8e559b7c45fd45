"""The tables refuse rows that mean nothing, whoever writes them."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import DatabaseUrls

GROUND = """
insert into users (id, email, password_hash, role) values (1, 'a@b.example', 'x', 'user');
insert into instruments (id, symbol, currency) values (1, 'A', 'USD'), (2, 'B', 'USD');
insert into portfolios (id, owner_id, name, slug, base_currency) values (1, 1, 'Mine', 'mine', 'EUR');
insert into portfolios (id, owner_id, name, slug, base_currency) values (2, null, 'Nobodys', 'nobodys', 'EUR');
insert into accounts (id, portfolio_id) values (1, 1), (2, 2);
insert into import_batches (id, portfolio_id, file_hash) values (1, 1, ''), (2, 2, '');
insert into fx_pairs (base, quote) values ('EUR', 'USD');
insert into schedules (id, key, job, every_seconds, next_due_at) values (1, 'prices', 'j', 60, now());
insert into job_occurrences (schedule_id, due_at) values (1, '2024-01-01T00:00Z');
"""
SPIN_OFF = "instrument_id, target_instrument_id, ratio, cost_fraction"
HASH = "decode(repeat('00', 32), 'hex')"


def transaction(columns: str, values: str, account: int = 1) -> str:
    return (
        f"insert into transactions (portfolio_id, account_id, date, currency, row_hash, type, {columns})"
        f" values (1, {account}, '2024-01-02', 'USD', {HASH}, {values})"
    )


def price(columns: str, values: str) -> str:
    return f"insert into prices (instrument_id, date, {columns}) values (1, '2024-01-02', {values})"


WRONG = {
    "a user without an address": "insert into users (email, password_hash, role) values ('nobody', 'x', 'user')",
    "a user in capitals": "insert into users (email, password_hash, role) values ('A@c.example', 'x', 'user')",
    "a user twice": "insert into users (email, password_hash, role) values ('a@b.example', 'x', 'user')",
    "an unknown role": "insert into users (email, password_hash, role) values ('c@b.example', 'x', 'root')",
    "a token kept in clear": "insert into sessions (token_hash, user_id, expires_at) values ('token', 1, now())",
    "an instrument twice": "insert into instruments (symbol, currency) values ('A', 'EUR')",
    "a symbol with spaces around": "insert into instruments (symbol, currency) values (' B', 'EUR')",
    "a minor currency": "insert into instruments (symbol, currency) values ('B', 'GBp')",
    "an unknown class": "insert into instruments (symbol, currency, asset_class) values ('B', 'EUR', 'art')",
    "a multiplier of no number": "insert into instruments (symbol, currency, multiplier) values ('B', 'EUR', 'NaN')",
    "an isin of another form": "insert into instruments (symbol, currency, isin) values ('B', 'EUR', 'us0378331005')",
    "a problem without a reason": "update instruments set problem_code = 'x'",
    "a price of nothing": "insert into prices (instrument_id, date, close) values (99, '2024-01-02', 1)",
    "a price of zero": price("close", "0"),
    "a price that is no number": price("close", "'NaN'"),
    "an infinite price": price("close", "'infinity'"),
    "a negative open": price("close, open", "1, -1"),
    "a high that is no number": price("close, high", "1, 'NaN'"),
    "a low above the high": price("close, high, low", "1, 1, 2"),
    "a volume that is no number": price("close, volume", "1, 'NaN'"),
    "a split of one for one": "insert into splits (instrument_id, date, ratio) values (1, '2024-01-02', 1)",
    "a split that is no number": "insert into splits (instrument_id, date, ratio) values (1, '2024-01-02', 'NaN')",
    "a dividend of nothing": "insert into dividends (instrument_id, date, currency, amount)"
    " values (1, '2024-01-02', 'USD', 0)",
    "a pair of one currency": "insert into fx_pairs (base, quote) values ('EUR', 'EUR')",
    "a rate of no pair": "insert into fx_rates (base, quote, date, rate) values ('EUR', 'JPY', '2024-01-02', 1)",
    "a rate of zero": "insert into fx_rates (base, quote, date, rate) values ('EUR', 'USD', '2024-01-02', 0)",
    "a portfolio without a name": "insert into portfolios (name, slug, base_currency) values (' ', 'x', 'EUR')",
    "a name twice for one owner": "insert into portfolios (owner_id, name, slug, base_currency)"
    " values (1, 'MINE', 'x', 'EUR')",
    "a name twice, no owner": "insert into portfolios (name, slug, base_currency) values ('nobodys', 'x', 'EUR')",
    "a slug twice": "insert into portfolios (name, slug, base_currency) values ('x', 'mine', 'EUR')",
    "an owner who is removed": "delete from users where id = 1",
    "an unknown type": transaction("amount", "'gift', 1"),
    "a buy of nothing": transaction("instrument_id, quantity", "'buy', 1, 0"),
    "a buy of no instrument": transaction("quantity", "'buy', 1"),
    "a negative quantity": transaction("instrument_id, quantity", "'buy', 1, -1"),
    "a quantity that is no number": transaction("instrument_id, quantity", "'buy', 1, 'NaN'"),
    "a fee that is no number": transaction("amount, fee", "'deposit', 1, 'NaN'"),
    "a deposit of nothing": transaction("amount", "'deposit', 0"),
    "a negative fee": transaction("amount, fee", "'deposit', 1, -1"),
    "a dividend of no instrument": transaction("amount", "'dividend', 1"),
    "a split without a ratio": transaction("instrument_id", "'split', 1"),
    "a split with another instrument": transaction("instrument_id, ratio, target_instrument_id", "'split', 1, 2, 2"),
    "a buy with a ratio": transaction("instrument_id, quantity, ratio", "'buy', 1, 1, 2"),
    "a reinvestment of nothing": transaction("instrument_id, quantity", "'reinvest', 1, 1"),
    "a transfer of nothing": transaction("instrument_id", "'transfer_in', 1"),
    "a transfer of no instrument": transaction("quantity", "'transfer_out', 1"),
    "a transfer of a negative cost": transaction("instrument_id, quantity, cost", "'transfer_in', 1, 1, -1"),
    "a cost that is no number": transaction("instrument_id, quantity, cost", "'transfer_in', 1, 1, 'NaN'"),
    "units that were acquired later": transaction(
        "instrument_id, quantity, acquired", "'transfer_in', 1, 1, '2024-01-03'"
    ),
    "a buy with the cost of a transfer": transaction("instrument_id, quantity, cost", "'buy', 1, 1, 5"),
    "a spin-off of nothing": transaction("instrument_id, ratio, cost_fraction", "'spin_off', 1, 1, 0.2"),
    "a spin-off into itself": transaction(SPIN_OFF, "'spin_off', 1, 1, 1, 0.2"),
    "a spin-off without a ratio": transaction(
        "instrument_id, target_instrument_id, cost_fraction", "'spin_off', 1, 2, 0.2"
    ),
    "a spin-off at a ratio of zero": transaction(SPIN_OFF, "'spin_off', 1, 2, 0, 0.2"),
    "a spin-off of a negative share": transaction(SPIN_OFF, "'spin_off', 1, 2, 1, -0.1"),
    "a spin-off of more than all": transaction(SPIN_OFF, "'spin_off', 1, 2, 1, 1.1"),
    "a share that is no number": transaction(SPIN_OFF, "'spin_off', 1, 2, 1, 'NaN'"),
    "a spin-off without a share": transaction("instrument_id, target_instrument_id, ratio", "'spin_off', 1, 2, 1"),
    "a spin-off with units of its own": transaction(f"quantity, {SPIN_OFF}", "'spin_off', 5, 1, 2, 1, 0.2"),
    "a merger into itself": transaction("instrument_id, target_instrument_id, ratio", "'merger', 1, 1, 1"),
    "a merger for nothing": transaction("instrument_id", "'merger', 1"),
    "a merger without a ratio": transaction("instrument_id, target_instrument_id", "'merger', 1, 2"),
    "a merger at a ratio without an instrument": transaction("instrument_id, ratio, amount", "'merger', 1, 2, 5"),
    "a merger of no instrument": transaction("target_instrument_id, ratio", "'merger', 2, 1"),
    "a new name that is the old one": transaction("instrument_id, target_instrument_id", "'symbol_change', 1, 1"),
    "a new name that is missing": transaction("instrument_id", "'symbol_change', 1"),
    "a return of no capital": transaction("instrument_id", "'return_of_capital', 1"),
    "a return of capital of no instrument": transaction("amount", "'return_of_capital', 1"),
    "a reward of nothing": transaction("instrument_id", "'staking', 1"),
    "an airdrop of no instrument": transaction("quantity", "'airdrop', 1"),
    "a buy that names lots": transaction("instrument_id, quantity, lot_ids", "'buy', 1, 1, '{7}'"),
    "a lot without a name": transaction("instrument_id, quantity, lot_ids", "'sell', 1, 1, '{7,\"\"}'"),
    "a lot that is null": transaction("instrument_id, quantity, lot_ids", "'sell', 1, 1, '{7,null}'"),
    "negative accrued interest": transaction("instrument_id, quantity, accrued", "'buy', 1, 1, -1"),
    "accrued interest that is no number": transaction("instrument_id, quantity, accrued", "'buy', 1, 1, 'NaN'"),
    "accrued interest of a deposit": transaction("amount, accrued", "'deposit', 1, 1"),
    "a fee in its own currency twice": transaction("amount, fee, fee_currency", "'deposit', 1, 1, 'USD'"),
    "the currency of no fee": transaction("instrument_id, amount, fee_currency", "'dividend', 1, 1, 'EUR'"),
    "a fee in a minor currency": transaction("instrument_id, amount, fee, fee_currency", "'dividend', 1, 1, 1, 'GBp'"),
    "another instrument that is removed": transaction(SPIN_OFF, "'spin_off', 1, 2, 1, 0.2")
    + "; delete from instruments where id = 2",
    "an unknown method": "update portfolios set method = 'random'",
    "a tag twice": "insert into portfolio_tags values (1, 1, 'core'), (1, 1, 'core')",
    "a tag without a word": "insert into portfolio_tags values (1, 1, '')",
    "a tag with spaces around": "insert into portfolio_tags values (1, 1, ' core')",
    "a tag on no instrument": "insert into portfolio_tags values (1, 99, 'core')",
    "an exchange into nothing": transaction("amount", "'exchange', 1"),
    "an exchange into itself": transaction("amount, target_amount, target_currency", "'exchange', 1, 1, 'USD'"),
    "a target without a currency": transaction("amount, target_amount", "'deposit', 1, 1"),
    "an account of another portfolio": transaction("amount", "'deposit', 1", account=2),
    "a batch of another portfolio": transaction("amount, batch_id", "'deposit', 1, 2"),
    "a held instrument that is removed": transaction("instrument_id, quantity", "'buy', 1, 1")
    + "; delete from instruments where id = 1",
    "an identifier twice": transaction("amount, external_id", "'deposit', 1, 'X1'")
    + ";"
    + transaction("amount, external_id", "'deposit', 2, 'X1'"),
    "a due time twice": "insert into job_occurrences (schedule_id, due_at) values (1, '2024-01-01T00:00Z')",
    "running without a lease": "update job_occurrences set state = 'running'",
    "a schedule that never comes": "update schedules set every_seconds = 0",
    "a report without its file": "insert into report_runs (portfolio_id, kind, format, state)"
    " values (1, 'performance', 'csv', 'done')",
    "a report of an unknown kind": "insert into report_runs (portfolio_id, kind, format) values (1, 'poem', 'csv')",
    "a period that ends too early": "insert into report_runs (portfolio_id, kind, format, period_from, period_to)"
    " values (1, 'performance', 'csv', '2024-02-01', '2024-01-01')",
    "an audit entry of no result": "insert into audit (action, result, previous_hash, hash) values ('', '?', '', '')",
}


@pytest.fixture
def database(clean_database: DatabaseUrls) -> psycopg.Connection:
    """A connection of the application's role, with some right rows to refer to; nothing is committed."""
    connection = psycopg.connect(clean_database.database_url.replace("+psycopg", ""))
    connection.execute(GROUND.encode())
    return connection


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG.keys())
def test_the_database_refuses(database: psycopg.Connection, statement: str) -> None:
    with database, pytest.raises(psycopg.errors.IntegrityError):
        database.execute(statement.encode())


RIGHT = {
    "a reinvestment at a price": transaction("instrument_id, quantity, price", "'reinvest', 1, 1, 2"),
    "a reinvestment of an amount": transaction("instrument_id, quantity, amount", "'reinvest', 1, 1, 2"),
    "a transfer with its cost": transaction(
        "instrument_id, quantity, cost, acquired", "'transfer_in', 1, 1, 0, '2020-01-02'"
    ),
    "a transfer of two lots": transaction("instrument_id, quantity, lot_ids", "'transfer_out', 1, 1, '{X1,7}'"),
    "a spin-off of no cost": transaction(SPIN_OFF, "'spin_off', 1, 2, 0.05, 0"),
    "a spin-off of all the cost": transaction(SPIN_OFF, "'spin_off', 1, 2, 3, 1"),
    "a merger for units": transaction("instrument_id, target_instrument_id, ratio", "'merger', 1, 2, 0.5"),
    "a merger for cash": transaction("instrument_id, amount", "'merger', 1, 500"),
    "a merger for both": transaction("instrument_id, target_instrument_id, ratio, amount", "'merger', 1, 2, 0.5, 9"),
    "another symbol": transaction("instrument_id, target_instrument_id", "'symbol_change', 1, 2"),
    "another symbol at a ratio": transaction("instrument_id, target_instrument_id, ratio", "'symbol_change', 1, 2, 10"),
    "a split with cash in lieu": transaction("instrument_id, ratio, quantity, amount", "'split', 1, 0.1, 0.5, 12"),
    "capital that comes back": transaction("instrument_id, amount", "'return_of_capital', 1, 5"),
    "a reward": transaction("instrument_id, quantity", "'staking', 1, 0.001"),
    "an airdrop with its price": transaction("instrument_id, quantity, price", "'airdrop', 1, 100, 0.5"),
    "a bond with accrued interest": transaction("instrument_id, quantity, accrued", "'buy', 1, 1000, 12.5"),
    "a fee in another currency": transaction("instrument_id, quantity, fee, fee_currency", "'sell', 1, 1000, 2, 'EUR'"),
}


@pytest.mark.parametrize("statement", RIGHT.values(), ids=RIGHT.keys())
def test_the_database_takes(database: psycopg.Connection, statement: str) -> None:
    with database:
        database.execute(statement.encode())
        database.rollback()


def test_deleting_a_portfolio_takes_its_ledger_and_batches_with_it(database: psycopg.Connection) -> None:
    with database:
        database.execute(transaction("amount, batch_id", "'deposit', 1, 1").encode())
        database.execute("delete from portfolios where id = 1")
        counts = "select (select count(*) from transactions), (select count(*) from import_batches)"
        assert database.execute(counts).fetchone() == (0, 1)
        database.rollback()


def test_quantities_keep_eighteen_decimals(database: psycopg.Connection) -> None:
    with database:
        quantity = "0.000000000000000001"
        database.execute(transaction("instrument_id, quantity", f"'buy', 1, {quantity}").encode())
        (stored,) = database.execute("select quantity::text from transactions").fetchone() or ("",)
        database.rollback()

    assert stored == quantity
