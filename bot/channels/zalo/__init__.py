"""What the products of Zalo share: tokens, requests, errors, and the webhook's events.

It is no channel (it has no `open_channel`). The channels of Zalo build on it, each in a folder of
its own:

* `Zalo.of(context)` (`vendor.py`): the one object of a process. `zalo.api.post(path, body, base=…)`
  and `.get` make a request with the current access token; they renew a refused token once and raise
  `requests.Refused` with Zalo's code, or `Unsent`, `Unanswered`, `ServerFailed`, `TooMany`,
  `NoToken`.
* `errors.table()`: code → class of error, with the words for staff and for citizens
  (`errors.yaml`); `errors.outcome(error, language)` is the `DeliveryError` to raise from `send`.
* `tokens.TokenChain`: one refresher over all processes; nobody else sees a token.
* Events: `/zalo/webhook` (of the Official Account's channel) only stores what it receives. The
  worker then calls, in the transaction that marks the event as handled, every function that is
  registered for its `event_name`. A channel registers in its package, by name, so that nothing is
  loaded before it is needed:

      ZALO_EVENTS = {"user_feedback": "bot.channels.zalo_template.ratings:on_feedback"}

  `async def on_feedback(work: EventWork) -> None` gets the event, a connection and the context
  (`events.py`). An event nobody registered for is acknowledged, counted and not stored.
"""
