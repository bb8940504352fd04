"""Many devices at once on a service that may be killed: they send until everything is acknowledged, and note it."""

import asyncio
from collections.abc import Callable, Iterator
from random import Random

import httpx2
from msgspec import json

from sync.auth.tokens import Caller, TokenSigner
from sync.settings import Settings
from sync.wire import SyncAnswer, WireEvent, id_ms, unpack_pulled
from tests.fakes.exchange import Device, numbers
from tests.fakes.service import Account

Acked = dict[str, tuple[int, int, str]]
"""(seq, at, payload) by the id of an event."""


class Crowd:
    """Devices of several accounts. `acked` is what the service acknowledged to any of them, by account."""

    def __init__(self, accounts: list[Account], random: Random) -> None:
        self.accounts = accounts
        self.acked: dict[str, Acked] = {account.user: {} for account in accounts}
        self.is_over = asyncio.Event()
        self._random = random
        self._is_up = asyncio.Event()
        self._is_up.set()
        self._grew = asyncio.Condition()

    @property
    def total(self) -> int:
        return sum(map(len, self.acked.values()))

    async def reached(self, total: int) -> None:
        """Wait until so many events are acknowledged."""
        async with self._grew:
            await self._grew.wait_for(lambda: self.total >= total)

    async def write(self, account: Account, settings: Settings) -> None:
        """One device of an account, that sends until `is_over` and then until its last event is acknowledged."""
        device, head = Device(account, _no_way), 0
        async with _client(settings) as client:
            while not self.is_over.is_set():
                payload = f'"{self._random.randbytes(self._random.choice((4, 40, 400))).hex()}"'
                sent = device.events(self._random.choice((1, 1, 5, 60)), payload)
                answer = await self._ask(client, settings, device, sent, head)
                head = answer.head
                assert answer.bad == {}, answer.bad
                assert len(numbers(answer)) == len(sent)
                await self._note(account, sent, answer)

    async def follow(self, account: Account, settings: Settings, until: Callable[[], int | None]) -> list[WireEvent]:
        """One device of an account that only reads. Each page must go on where the one before ended. It ends at the
        number that `until` gives, None while that is not known."""
        device = Device(account, _no_way)
        found: list[WireEvent] = []
        async with _client(settings) as client:
            while (end := until()) is None or len(found) < end:
                answer = await self._ask(client, settings, device, [], len(found))
                page = unpack_pulled(answer.events)
                expected = list(range(len(found) + 1, len(found) + 1 + len(page)))
                assert [event.seq for event in page] == expected, "a number was passed over"
                found += page
        return found

    async def interrupt(self, times: int, kill: Callable[[], None], start: Callable[[], None]) -> None:
        """Kill the service at random moments of the load, start it again, and at last let the devices come to rest."""
        for _ in range(times):
            await self.reached(self.total + self._random.randint(1, 80))
            self._is_up.clear()
            kill()
            await asyncio.to_thread(start)
            self._is_up.set()
        await self.reached(self.total + 1)
        self.is_over.set()

    async def _ask(
        self,
        client: httpx2.AsyncClient,
        settings: Settings,
        device: Device,
        sent: list[WireEvent],
        cursor: int,
    ) -> SyncAnswer:
        """Ask until there is an answer."""
        body = json.encode(device.request(sent, cursor=cursor))
        while True:
            try:
                response = await client.post("/v1/sync", content=body, headers=headers(settings, device.account))
            except httpx2.TransportError:
                await self._is_up.wait()
                continue
            if response.status_code == 200:
                return json.decode(response.content, type=SyncAnswer)
            assert response.status_code == 503, response.text
            await self._is_up.wait()

    async def _note(self, account: Account, sent: list[WireEvent], answer: SyncAnswer) -> None:
        async with self._grew:
            for index, seq in numbers(answer).items():
                event = sent[index]
                acked = (seq, answer.at.get(index, id_ms(event.id)), event.payload)
                assert self.acked[account.user].setdefault(event.id, acked) == acked
            self._grew.notify_all()


def lost(acked: Acked, there: list[WireEvent]) -> Iterator[str]:
    """What is wrong with the events of an account, all of which were acknowledged."""
    if [event.seq for event in there] != list(range(1, len(there) + 1)):
        yield "the numbers are not dense"
    found: Acked = {}
    for event in there:
        if event.id in found:
            yield f"{event.id} is there twice"
        found[event.id] = (event.seq or 0, -1 if event.at is None else event.at, event.payload)
    for identity in acked.keys() | found.keys():
        if acked.get(identity) != found.get(identity):
            yield f"{identity}: acknowledged {acked.get(identity)}, there {found.get(identity)}"


def headers(settings: Settings, account: Account) -> dict[str, str]:
    """With a token of this moment: a soak lasts longer than one, and each process has an address of its own in them."""
    token = TokenSigner(settings.site_url, settings.jwt_secrets).access(Caller(account.user, account.session, "user"))
    return {"Authorization": f"Bearer {token}"}


def _client(settings: Settings) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=settings.site_url, timeout=30, verify=False, trust_env=False)


def _no_way(body: bytes, headers: object) -> httpx2.Response:
    raise AssertionError("the crowd sends by itself")
