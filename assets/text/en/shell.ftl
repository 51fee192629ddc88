# Texts of shell. Keys are kebab-case and begin with the panel's name.

shell-app-name = Eventloom
shell-untitled = Untitled
shell-untitled-file = untitled.ron
shell-untitled-project = Untitled
shell-close = Close

# Menus and workspaces
shell-menu-file = File
shell-menu-edit = Edit
shell-menu-view = View
shell-menu-run = Run
shell-menu-help = Help
shell-workspace-design = Design
shell-workspace-run = Run

shell-pane-palette = Palette
shell-pane-inspector = Inspector
shell-pane-events = Events

# Actions
shell-action-new = New
shell-action-open = Open…
shell-action-save = Save
shell-action-save-as = Save as…
shell-action-to-start = Back to the start view
shell-action-quit = Quit
shell-action-undo = Undo
shell-action-redo = Redo
shell-action-delete = Delete
shell-action-select-all = Select all
shell-action-escape = Select nothing
shell-action-zoom-to-fit = Zoom to fit
shell-action-zoom-in = Zoom in
shell-action-zoom-out = Zoom out
shell-action-zoom-reset = Zoom to 100 %
shell-action-toggle-theme = Switch between light and dark
shell-action-play-pause = Run or pause
shell-action-stop = Stop
shell-action-restart = Restart with the same seed
shell-action-restart-next-seed = Restart with the next seed
shell-action-step-fact = Step to the next fact
shell-action-step-visible = Step to the next visible change
shell-action-step-back = Step back
shell-action-seek-start = Back to the start of the run
shell-action-go-live = Go live
shell-action-faster = Faster
shell-action-slower = Slower
shell-action-show-shortcuts = Keyboard shortcuts
shell-action-about = About Eventloom

shell-tip-new = Begin with an empty drawing.
shell-tip-open = Open a project.
shell-tip-save = Save the project in its file.
shell-tip-save-as = Save the project under another name.
shell-tip-to-start = Close the project and show samples and recent files.
shell-tip-quit = Close the window.
shell-tip-undo = Take the last change back.
shell-tip-redo = Do again what was taken back.
shell-tip-delete = Remove what is selected, with its links.
shell-tip-select-all = Select every node and every link.
shell-tip-escape = Leave what is selected.
shell-tip-zoom-to-fit = Show the whole drawing.
shell-tip-zoom-in = Look closer.
shell-tip-zoom-out = See more at once.
shell-tip-zoom-reset = Show the drawing at its own size.
shell-tip-toggle-theme = Dark on light instead of light on dark, and back.
shell-tip-play-pause = Start the run, pause it, or go on.
shell-tip-stop = End the run and return to the drawing.
shell-tip-restart = Start from the beginning; the same happens again.
shell-tip-restart-next-seed = Start from the beginning with other draws.
shell-tip-step-fact = Pause, and go on to the next thing that happens.
shell-tip-step-visible = Pause, and go on to the next change that can be seen.
shell-tip-step-back = Pause, and go back to what happened last.
shell-tip-seek-start = See how the run began.
shell-tip-go-live = Return from the past to the front of the run.
shell-tip-faster = Let time go by twice as fast.
shell-tip-slower = Let time go by half as fast.
shell-tip-show-shortcuts = List every key that does something.
shell-tip-about = Say which version this is.

# Start view
shell-start-sentence =
    Draw an event-driven system, run it,
    and see where it waits.
shell-start-first = Draw your first topology
shell-start-first-hint =
    Two minutes,
    hints as you go
shell-start-first-producer = Sign-up
shell-start-first-queue = mail
shell-start-first-consumer = Mailer
shell-start-new = New
shell-start-open = Open…
shell-start-recent = Recent
shell-start-clear = Clear
shell-start-missing = { $folder } · file not found
shell-start-just-now = just now
shell-start-minutes-ago = { $n ->
    [one] 1 minute ago
   *[other] { $n } minutes ago
}
shell-start-hours-ago = { $n ->
    [one] 1 hour ago
   *[other] { $n } hours ago
}
shell-start-days-ago = { $n ->
    [one] yesterday
   *[other] { $n } days ago
}
shell-start-samples = Samples
shell-start-samples-hint = open, run, change
shell-first-note =
    Three nodes and two links:
    1. Drag a producer, a queue and a consumer from the palette onto the canvas.
    2. Drag from the producer's right port to the queue, and from the queue's to the consumer.
    3. Press Space to run.

# Tab strip and status bar
shell-tab-unsaved = Not saved yet.
shell-tab-past = As it was then · read-only
shell-status-drop = Drop a project anywhere in this window to open it
shell-status-loading = Reading { $name }…
shell-status-version = Eventloom { $version }
shell-status-seed = Seed { $seed }
shell-status-facts = { $facts } facts
shell-status-selected = { $selected } of { $all } selected
shell-status-messages = { $n ->
    [one] 1 message
   *[other] { $n } messages
}

# Notices
shell-notice-dismiss = Dismiss
shell-notice-saved = { $name } is saved.
shell-notice-failed = That could not be done: { $error }.
shell-notice-past = The drawing is shown as it was then and cannot be changed. Go live to change it.
shell-notice-edit-refused = Nothing was changed: { $error }.
shell-notice-cannot-link = { $from } cannot be linked to { $to }. Producers and consumers publish to topics and queues; topics lead to queues and consumers, queues to consumers.
shell-notice-linked-already = They are linked already; the link is selected.
shell-notice-cannot-run = The drawing has errors and cannot run. The list of problems says what to do.
shell-notice-run-failed = The run could not begin: { $error }
shell-notice-publish-needs-run = Start the run first; then an event can be published by hand.
shell-notice-browse-cancelled = No file was chosen. If no window appeared, write the path into the field.
shell-notice-log-copied = { $log } was copied beside the project, which reads it.
shell-notice-log-left = The project reads { $log }, which could not be copied beside it: { $error }. Copy it there by hand.
shell-notice-dropped-other = { $name } is no project. Drop a file that ends in .ron.

# Unsaved work
shell-unsaved-title = Save the changes to { $name }?
shell-unsaved-text = If you discard them, they are lost.
shell-unsaved-save = Save
shell-unsaved-discard = Discard
shell-unsaved-cancel = Cancel

# Opening and saving
shell-path-open-title = Open a project
shell-path-save-title = Save as
shell-path-field = Path
shell-path-hint = A name, or a path such as ~/work/shop.ron
shell-path-up = Up one folder
shell-path-reading = Reading the folder…
shell-path-empty = No folders and no projects here.
shell-path-open = Open
shell-path-save = Save
shell-path-replace = Replace
shell-path-cancel = Cancel
shell-path-browse = Browse…
shell-path-none = Write a name, or choose a file from the list.
shell-path-missing = There is no file { $path }. Choose one from the list.
shell-path-replaces = { $name } is there already. Confirm again to replace it.

# Help
shell-shortcuts-title = Keyboard shortcuts
shell-about-version = Version { $version }
shell-about-text = A workbench for event-driven architecture: draw a topology, run it, and see where it waits.
shell-about-fonts = Set in Inter and JetBrains Mono, both under the SIL Open Font License.
