# Texts of panels. Keys are kebab-case and begin with the panel's name.

## Units
unit-events = events
unit-per-s = events/s
unit-s = s
unit-tries = tries
unit-servers = servers
unit-percent = %
unit-keys = keys
unit-weight = share
unit-points = pt
unit-bytes = bytes
unit-bytes-per-s = bytes/s
unit-classes = classes

## Fields
field-unknown = Unknown
field-number = A number.
field-whole = A whole number.
field-seconds = A number of seconds, or a length of time such as 80ms.
field-at-least = At least { $least }.
field-too-large = A smaller number.
field-refused = { $allowed } Was { $was }.
field-refused-was-empty = { $allowed } Was empty.

## Palette
palette-sources = Sources
palette-channels = Channels
palette-workers = Workers
palette-annotations = Annotations
palette-producer = Producer
palette-producer-help = Makes events and publishes them.
palette-topic = Topic
palette-topic-help = Gives every subscription a copy of each event.
palette-queue = Queue
palette-queue-help = Holds events until one of its consumers takes them.
palette-consumer = Consumer
palette-consumer-help = Takes events and works on them.
palette-note = Note
palette-note-help = Text on the canvas.
palette-tip = { $help } Drag it to the canvas, double click, or press { $key }.
palette-past = Go back to now to change the drawing.

## Inspector
inspector-general = General
inspector-name = Name
inspector-name-help = What people call it. Empty: its id is shown.
inspector-name-hint = Same as the id
inspector-id = Id
inspector-kind = Kind
inspector-more = More actions
inspector-delete = Delete
inspector-publish = Publish one event by hand
inspector-crash = Crash it
inspector-stop = Stop it
inspector-restart = Restart it
inspector-purge = Throw its ready events away
inspector-publish-no-run = Start the run first.
inspector-past = The drawing of { $time }. Go back to now to change it.
inspector-back-to-now = Go back to now
inspector-several = { $count } selected
inspector-several-of = { $nodes ->
    [one] 1 node
   *[other] { $nodes } nodes
}, { $links ->
    [one] 1 link
   *[other] { $links } links
}
inspector-gone = What was selected was not in the drawing at this moment.
inspector-nothing-selected = Select a node or a link to see its settings.
inspector-now = Now
inspector-links = Links
inspector-no-limit = No limit
inspector-kind-poisson = Producer · Poisson { $rate }
inspector-kind-constant = Producer · constant { $rate }
inspector-kind-recorded = Producer · recorded log
inspector-kind-bursts = Producer · bursts
inspector-kind-profile = Producer · a profile of rates
inspector-kind-modulated = Producer · Markov-modulated
inspector-kind-topic = Topic · a copy for every subscription
inspector-kind-queue = Queue · competing consumers
inspector-kind-consumer-exponential = Consumer · exponential { $mean }
inspector-kind-consumer-constant = Consumer · constant { $mean }
inspector-kind-consumer-other = Consumer · { $mean } on average
inspector-kind-note = Note

inspector-arrivals-section = Arrivals
inspector-arrivals = Arrivals
inspector-arrivals-help = When events fall due: by chance at a mean rate, at equal intervals, in bursts, at a rate that changes with time or with a chain of states, or as a log recorded them.
inspector-process-poisson = Poisson
inspector-process-constant = Constant
inspector-process-recorded = Recorded log
inspector-process-bursts = Bursts
inspector-process-profile = Profile over time
inspector-process-modulated = Markov-modulated
inspector-on = On for
inspector-on-help = How long a burst lasts on average. You may write 500ms.
inspector-off = Off for
inspector-off-help = How long the silence between two bursts lasts on average.
inspector-stay = Lengths
inspector-stay-help = Whether bursts and silences differ by chance or are all alike.
inspector-steps = Steps
inspector-steps-help = The rate from each moment on: [(from_s: 0, rate_per_s: 10), …], in the order of the moments.
inspector-repeat = Repeats after
inspector-repeat-help = When the profile begins anew, such as 24h.
inspector-repeat-never = Never
inspector-states = States
inspector-states-help = Rate and mean stay of each state: [(rate_per_s: 10, mean_s: 5), …]. With next: [1, 2] the weights of the states that follow.
inspector-batch = Batches
inspector-batch-help = How many events fall due at once.
inspector-batch-constant = Always as many
inspector-batch-geometric = By chance
inspector-batch-size = Batch size
inspector-batch-size-help = How many events fall due at once.
inspector-batch-mean = Mean batch size
inspector-batch-mean-help = Sizes are geometrically distributed, at least 1.
inspector-closed-loop = Closed loop
inspector-closed-loop-help = Whether its next interval begins only when its last publish was accepted: it slows down where a channel blocks.
inspector-outbox = Outbox
inspector-outbox-help = How many events may wait here while a full channel blocks. Beyond, they are lost.
inspector-yes = Yes
inspector-no = No
inspector-rate = Rate
inspector-rate-help = Events per second, on average.
inspector-limit = Events in all
inspector-limit-help = After so many events the producer stops. Empty: it goes on.
inspector-limit-hint = No limit
inspector-file = File
inspector-file-help = The log to play: JSON Lines or CSV, plain or .gz. A relative path counts from the project's folder.
inspector-file-hint = log.ndjson
inspector-map-time = Time field
inspector-map-time-help = The column, or JSON pointer such as /meta/dt, that holds the time of a row.
inspector-map-type = Type field
inspector-map-type-help = The column or JSON pointer that holds the event's type.
inspector-map-key = Key field
inspector-map-key-help = The column or JSON pointer that holds the event's key.
inspector-map-data = Data field
inspector-map-data-help = The column or JSON pointer that holds the event's data; / is the whole row.
inspector-map-tz = Time zone
inspector-map-tz-help = The zone of times that name none: Europe/Lisbon, or an offset such as +02:00.
inspector-map-tz-hint = UTC
inspector-map-guess = Guessed

inspector-events-section = Events
inspector-keys = Keys
inspector-keys-help = How many different keys the events carry. 0: no key.
inspector-key-skew = Skew of the keys
inspector-key-skew-help = The exponent of Zipf's law: 0 makes all keys equally likely, 1 the first twice as likely as the second.
inspector-data = Data
inspector-data-help = What the events carry: JSON in which "${"{"}uniform(18, 24, 1){"}"}" stands for an expression in CEL.
inspector-data-hint = {"{"}"celsius": "${"{"}uniform(18, 24, 1){"}"}"{"}"}
inspector-payload = Size
inspector-payload-help = How large an event is, for limits and services by size.
inspector-payload-hint = As its data
inspector-priority = Priority
inspector-priority-help = Higher is served first, where a channel tells classes apart.
inspector-types = Types and their shares
inspector-types-help = Each event takes one of these types, by chance, in proportion to the shares.
inspector-types-none = All events are of one type, event.
inspector-type-name = Type { $number }
inspector-type-name-hint = order.created
inspector-type-weight = Share of type { $number }
inspector-type-remove = Remove type { $number }
inspector-type-add = Add a type

inspector-waiting = Waiting
inspector-subscriptions = Each subscription
inspector-capacity = Capacity
inspector-capacity-help = How many ready events find room. What a consumer takes at once needs none.
inspector-capacity-bytes = Capacity in bytes
inspector-capacity-bytes-help = How many bytes of ready events find room.
inspector-ttl = Time to live
inspector-ttl-help = How long an event may be ready before it is a dead letter, or lost. You may write 30s.
inspector-ttl-hint = For ever
inspector-priorities = Classes of priority
inspector-priorities-help = How many classes of priority it tells apart; the highest is served first. 1: none.
inspector-durable = Durable
inspector-durable-help = Whether it keeps its contents when it crashes.
inspector-filter-section = Filter
inspector-filter-types = Event types
inspector-filter-types-help = Which types pass: ["order.*", "user.created"]. Empty: all.
inspector-filter-types-hint = All types
inspector-filter-condition = Condition
inspector-filter-condition-help = A condition in CEL over the event and its data, such as data.total > 100.
inspector-filter-condition-hint = Every event
inspector-overrides-section = Other than the topic
inspector-as-topic = As the topic
inspector-overflow = When full
inspector-overflow-help = What happens to an event that finds no room.
inspector-overflow-newest = Drop newest
inspector-overflow-oldest = Drop oldest
inspector-overflow-block = Block the sender
inspector-delivery-section = Delivery
inspector-delivery-limit = Delivery limit
inspector-delivery-limit-help = How often an event may be delivered in all before it is a dead letter.
inspector-dead-letter = Dead letters to
inspector-dead-letter-help = The topic or queue that takes rejected events and those beyond the delivery limit.
inspector-dead-letter-none = Nowhere: lost
inspector-dead-letter-missing = { $id } (missing)

inspector-work-section = Work
inspector-service = Service time
inspector-service-help = How the time that the work on one event takes is spread.
inspector-service-exponential = Exponential
inspector-service-constant = Constant
inspector-service-uniform = Uniform
inspector-service-erlang = Erlang
inspector-service-log-normal = Log-normal
inspector-service-hyperexponential = Hyperexponential
inspector-service-weibull = Weibull
inspector-service-empirical = Measured times
inspector-service-by-size = By size
inspector-min = Shortest
inspector-min-help = The shortest time that the work takes.
inspector-max = Longest
inspector-max-help = The longest time that the work takes.
inspector-sd = Deviation
inspector-sd-help = The standard deviation of the time.
inspector-base = Base
inspector-base-help = What every event takes, however small.
inspector-bytes-per-s = Speed
inspector-bytes-per-s-help = How many bytes a second are worked on.
inspector-phases = Phases
inspector-phases-help = Of how many exponential phases the time is the sum. More make it more even.
inspector-shape = Shape
inspector-shape-help = Below 1 a long tail, 1 exponential, above 1 more even.
inspector-hyper-phases = Phases
inspector-hyper-phases-help = One of them is taken by weight: [(weight: 9, mean_s: 0.03), (weight: 1, mean_s: 0.2)].
inspector-values = Times
inspector-values-help = Measured times in seconds, all equally likely: [0.03, 0.05].
inspector-mean = Mean
inspector-mean-help = How long the work on one event takes on average. You may write 80ms.
inspector-concurrency = Concurrency
inspector-concurrency-help = How many events are worked on at once.
inspector-prefetch = Prefetch
inspector-prefetch-help = How many events it holds at most per link, from dispatch until finished.
inspector-prefetch-hint = As servers
inspector-failure-section = Acknowledgement and failure
inspector-ack = Acknowledge
inspector-ack-help = Before the work, a failure loses the event. After it, a failure gives the event back.
inspector-ack-after = After processing
inspector-ack-before = On delivery
inspector-failure = Fails
inspector-failure-help = How likely it is that the work on an event fails.
inspector-on-failure = On failure
inspector-on-failure-help = Requeue: delivered again. Reject: a dead letter, or lost where dead letters go nowhere. Retry: tried again here after a pause, then rejected. Acknowledged on delivery, only a retry applies.
inspector-on-failure-requeue = Requeue
inspector-on-failure-reject = Reject
inspector-on-failure-retry = Retry
inspector-attempts = Attempts
inspector-attempts-help = How many there are in all, the first included.
inspector-delay = Pause
inspector-delay-help = How long it waits before the second attempt.
inspector-factor = Grows by
inspector-factor-help = How many times longer each pause is than the one before.
inspector-max-delay = Longest pause
inspector-max-delay-help = No pause is longer than this.
inspector-jitter = Jitter
inspector-jitter-help = Which share of a pause is left to chance.
inspector-emissions-section = Emissions
inspector-emissions = Rules
inspector-emissions-help = What it publishes, and when: [(type: "paid"), (on: GivenUp, type: "failed")]. Further: on: Failure, probability, filter, key, data, count, priority, payload_bytes. Empty: for each success one event like the one consumed.
inspector-emissions-hint = One like the one consumed

inspector-from = From
inspector-from-help = Where the link begins.
inspector-to = To
inspector-to-help = Where the link ends.
inspector-latency = Latency
inspector-latency-help = How long an event is on the way. 0: no time at all. You may write 20ms.
inspector-link-publish = publish
inspector-link-bind = bind
inspector-link-subscribe = subscribe
inspector-link-consume = consume
inspector-link-none = cannot link
inspector-link-publish-line = Publish link
inspector-link-bind-line = Bind link · a copy of each event
inspector-link-subscribe-line = Subscription · a waiting place of its own
inspector-link-consume-line = Consume link · competes with the others
inspector-link-none-line = These ends cannot be linked
inspector-link-with-latency = { $kind } · { $latency }

inspector-note-text = Text
inspector-note-hint = What to know about this part of the drawing
inspector-note-width = Width
inspector-note-width-help = The width of the note on the canvas.
inspector-note-height = Height
inspector-note-height-help = The height of the note on the canvas.

inspector-project = Project
inspector-project-line = { $nodes ->
    [one] 1 node
   *[other] { $nodes } nodes
}, { $links ->
    [one] 1 link
   *[other] { $links } links
}
inspector-project-name = Name
inspector-project-name-help = What the project is called.
inspector-project-unnamed = Unnamed
inspector-project-text = What to watch for
inspector-project-text-help = For whoever opens the project.
inspector-project-text-hint = What does this drawing show?
inspector-seed = Seed
inspector-seed-help = Every draw of a run follows from it: the same seed, the same run.

## The figures of an element
now-rate = Rate
now-rate-in = Rate in
now-rate-done = Rate done
now-published = Published
now-outbox = Outbox
now-lost = Lost
now-routed = Routed
now-unrouted = Unrouted
now-ready = Ready
now-unacked = Delivered
now-in-service = In service
now-wait-mean = Mean wait
now-arrived = Arrived
now-completed = Done
now-redelivered = Redelivered
now-dead-lettered = Dead letters
now-utilisation = Utilisation ρ
now-busy = Busy servers
now-failed = Failed
now-blocked = Blocked
now-children = Passed on
now-in-transit = On the way
now-sent = Sent
now-reached = Reached the end

## Problems
problems-title = Problems
problems-none = Nothing is wrong with the drawing.
problems-project = Project
problems-errors = { $count ->
    [one] 1 error
   *[other] { $count } errors
}
problems-warnings = { $count ->
    [one] 1 warning
   *[other] { $count } warnings
}

## Run bar
run-play = Run
run-play-tip = Run the drawing (Space)
run-resume = Resume
run-resume-tip = Let time go by again (Space)
run-pause = Pause
run-pause-tip = Let time stand still (Space)
run-to-start = To the start
run-to-start-tip = Show the run at its start (Home)
run-step-back = Step back
run-step-back-tip = Back by one fact (←)
run-step = Step
run-step-tip = On to the next fact (→)
run-step-visible = Step to the next change
run-step-visible-tip = On to the next change that can be seen (Shift →)
run-stop = Stop
run-stop-tip = End the run and return to the drawing
run-restart = Restart
run-restart-tip = Start anew, with the same or another seed (Ctrl R)
run-restart-same = Same seed, { $seed }
run-restart-next = Next seed, { $seed }
run-restart-with = Another seed, then Enter
run-speed = Speed { $speed }
run-speed-tip = Simulated seconds per second (, slower, . faster)
run-speed-max = Max
run-speed-other = Another, 0.01 to 1000
run-time = Time { $time }
run-ready = Ready · seed { $seed }
run-seed = Seed { $seed }
run-on-time = On time
run-lags = Lags { $lag }
run-lags-tip = The machine cannot keep up with this speed. No event is skipped.
run-paused = Paused
run-finished = Finished
run-behind = { $behind } behind · Go live
run-go-live-tip = Follow the run again (End)

## Timeline
timeline-title = Timeline
timeline-facts = { $count } facts
timeline-live = Live
timeline-live-tip = The playhead follows the run.
timeline-facts-per-s = Facts/s
timeline-playhead = Playhead
timeline-edit = The drawing was changed at { $time }.
timeline-empty = Press Space to run.

## Plots
plots-throughput = Throughput
plots-throughput-unit = events/s, mean over { $window }
plots-queue-length = Queue length
plots-queue-length-unit = events
plots-capacity = Capacity { $count }
plots-hide-line = Click to hide its line.
plots-show-line = Click to show its line.
plots-empty = Press Space to run.
plots-no-lines = Place a queue or a subscription to see its line.

## Lists
lists-contents = Contents
lists-facts = Facts
lists-no-run = Press Space to run.
lists-nothing-selected = Choose a node to see what it holds and what happened there.
lists-waiting = Nothing is known of it yet.
lists-holds-nothing = It holds no events.
lists-empty = It is empty.
lists-no-facts = Nothing has happened here yet.
lists-first-of = first { $shown } of { $total }
lists-count = { $count ->
    [one] 1 event
   *[other] { $count } events
}
lists-newest = newest { $count }
lists-event = Event
lists-key = Key
lists-age = Age
lists-state = State
lists-time = Time
lists-what = What
lists-delivered = delivered
lists-delivered-again = try { $tries }
lists-ready = ready
lists-ready-again = tried { $tries }×

fact-held = held back: full
fact-published = published
fact-sent = sent
fact-routed = { $copies ->
    [one] 1 copy
   *[other] { $copies } copies
}
fact-unrouted = no subscription
fact-accepted = queued
fact-delivered = delivered
fact-delivered-again = delivered, try { $tries }
fact-received = received
fact-started = work began
fact-started-again = work began, try { $tries }
fact-blocked = blocked
fact-unblocked = went through
fact-served = worked for { $time }
fact-completed = done
fact-failed = failed
fact-interrupted = cut short
fact-requeued = put back
fact-dead-lettered = dead letter
fact-dropped = dropped
fact-lost = lost
fact-edited = drawing changed
fact-end-to-end = { $time } after the first event was due
fact-retrying = again in { $time }
fact-expression-failed = an expression had no answer
fact-deadlocked = deadlock: nothing will give it room
fact-crashed = crashed
fact-stopped = stopped
fact-restarted = up again
fact-purged = purged

reason-overflow-newest = full
reason-overflow-oldest = full, the oldest goes
reason-delivery-limit = delivery limit
reason-rejected = rejected
reason-failed-unacked = failed after its acknowledgement
reason-failed = failed
reason-already-taken = already taken
reason-dead-letter-cycle = came back to where it died
reason-link-removed = the link was removed
reason-subscription-removed = the subscription was removed
reason-channel-removed = the channel was removed
reason-consumer-removed = the consumer was removed
reason-producer-removed = the producer was removed
reason-expired = its time was up
reason-outbox-full = the outbox was full
reason-channel-crashed = the channel had crashed
reason-consumer-crashed = the consumer crashed
reason-producer-crashed = the producer crashed
reason-producer-stopped = the producer was stopped
reason-purged = thrown away by hand
