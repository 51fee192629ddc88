# Texts of canvas. Keys are kebab-case and begin with the panel's name.

canvas-name = Canvas
canvas-empty-title = Nothing here yet.
canvas-empty-hint = Press P for a producer, or drag a node here from the palette.
canvas-empty-read-only = There was nothing here yet at this moment.
canvas-read-only = Read-only in the past. Go live to edit.

canvas-kind-producer = producer
canvas-kind-topic = topic
canvas-kind-queue = queue
canvas-kind-consumer = consumer
canvas-kind-note = note

canvas-rate = { $rate }/s
canvas-producer-held = { $rate }/s · { $held } held
canvas-arrivals-constant = Constant · { $rate }/s
canvas-arrivals-poisson = Poisson · { $rate }/s
canvas-arrivals-bursts = Bursts · { $rate }/s
canvas-arrivals-profile = Profile · { $rate }/s
canvas-arrivals-modulated = Markov · { $rate }/s
canvas-arrivals-recorded = Recorded · { $file }
canvas-arrivals-recorded-none = Recorded · no file
canvas-topic-subscriptions =
    { $count ->
        [0] No subscription
        [1] 1 subscription
       *[other] { $count } subscriptions
    }
canvas-topic-live = { $rate }/s in · ×{ $copies } out
canvas-of = of { $capacity }
canvas-no-limit = no limit
canvas-stopped = Stopped
canvas-crashed = Crashed
canvas-stuck = Deadlock: nobody empties it
canvas-wait = wait { $wait }
canvas-queue-consumers =
    { $count ->
        [0] No consumer
        [1] 1 consumer
       *[other] { $count } consumers
    }
canvas-service-constant = Constant · { $mean }
canvas-service-exponential = Exponential · { $mean }
canvas-service-uniform = Uniform · { $mean }
canvas-service-erlang = Erlang · { $mean }
canvas-service-log-normal = Log-normal · { $mean }
canvas-service-hyperexponential = Hyperexp. · { $mean }
canvas-service-weibull = Weibull · { $mean }
canvas-service-empirical = Measured · { $mean }
canvas-service-by-size = By size · { $mean }
canvas-consumer-live = { $rate }/s · { $mean }
canvas-rho = ρ { $value }
canvas-servers = { $busy } of { $of }
canvas-busy = { $busy } of { $of } busy
canvas-lost = { $count } lost
canvas-dead-letters =
    { $count ->
        [1] 1 dead letter
       *[other] { $count } dead letters
    }
canvas-after-tries =
    { $count ->
        [1] after 1 try
       *[other] after { $count } tries
    }
canvas-subscription-waiting = { $rate } · { $count } waiting
canvas-link-thinned = { $rate } · dots stand for { $count }
canvas-more = { $count } more
canvas-event = Event { $number }

canvas-way-publish = publish link from { $from } to { $to }
canvas-way-bind = bind link from { $from } to { $to }
canvas-way-subscribe = subscribe link from { $from } to { $to }
canvas-way-consume = consume link from { $from } to { $to }
canvas-way-dead-letters = dead letters from { $from } to { $to }
canvas-output-port = output port of { $node }
canvas-input-port = input port of { $node }

canvas-link-publish = Publish to { $node }
canvas-link-bind = Copy every event to { $node }
canvas-link-subscribe = Subscribe { $node }
canvas-link-consume = Let { $node } consume
canvas-link-how = Release to link · Esc cancels
canvas-refused-itself = A node cannot be linked to itself.
canvas-refused-note = A note takes no links.
canvas-refused-producer = A producer only sends.
canvas-refused-channel = A channel is needed in between.
canvas-refused-queue = A queue gives its events to consumers alone.
canvas-refused-topic = A topic copies to queues and consumers.
canvas-refused-linked = These two are linked already.
canvas-refused-gone = This node is gone.

canvas-status-linking = Linking: release on a ringed port to link, Esc cancels
canvas-status-moving = Moving: Esc takes it back
canvas-status-boxing = Selecting: Shift adds to the selection

canvas-zoom-out = Zoom out
canvas-zoom-in = Zoom in
canvas-zoom-fit = Zoom to fit
canvas-zoom-reset = Zoom to 100 %
canvas-zoom-percent = { $percent } %
canvas-legend-redelivered = redelivered
canvas-legend-dead-lettered = dead-lettered
