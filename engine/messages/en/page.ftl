# The page's own words. Names of panes and buttons are what tests and screen readers go by.

## Everywhere

skip = Skip to the content
to-home = Drydock, to the start page
breadcrumb = Breadcrumb
course = Course
sandbox = Sandbox
dismiss = Dismiss
cancel = Cancel
copied = Copied
copy-failed = Could not copy
link = Link
run = Run
run-command = Run { $command }
theme = Colours: { $theme }
theme-system = as the system
theme-light = light
theme-dark = dark
percent = { $n } %

## Links

copy-link = Copy link
copy-link-title = Copy a link to exactly what you see
copy-by-hand = The browser does not let the page use its clipboard. Copy the link from here:
link-no-page = This link leads to no page of Drydock. You are at the start instead.
link-lines = The typed lines in this link (behind lines=) can't be read: a part is missing or was changed on the way. Copy the whole link once more from where it came, without line breaks. You are at the start instead.
link-step = The step in this link (behind step=) is no number. Take that part out of the address to come to the last step. You are at the start instead.
link-percent = A name in this link has a % without the two digits that belong behind it: it was changed on the way. Copy the link once more from where it came. You are at the start instead.
link-too-large = This link holds more than Drydock accepts: 500 lines and 64 kB of text at most. You are at the start instead.
link-host = This link asks for a host (behind host=) that Drydock does not have: there are lecture, v1 and v2. You are at the start instead.
link-cpus = This link asks for a number of CPUs (behind cpus=) that a host here can't have: 1 to 8 are possible. You are at the start instead.
link-memory = This link asks for an amount of memory (behind mem=) that a host here can't have: 512, 1024, 2048, 4096, 8192 and 16384 MiB are possible. You are at the start instead.
link-no-lesson = There is no lesson “{ $lesson }”. You are at the start instead.

## Host picker

host = Host
host-picker = Host picker
host-cpus = CPUs
host-memory = Memory
host-lecture = Lecture host (cgroup v1, nothing mounted)
host-v1 = cgroup v1
host-v2 = cgroup v2
host-this = This host
one-cpu = 1 CPU
n-cpus = { $n } CPUs
replayed = The lines that you typed ran again on this host.
start-over = Start over

## Start page

home-what = Every command becomes a plan of kernel steps. Walk through that plan on a model of the Linux kernel, forwards and back, and see below the waterline what a container is made of.
home-how = Everything runs in this page: no account, nothing is sent anywhere, and the program drydock runs the same lines on a real Linux kernel and compares the two.
start-course = Start the course
open-sandbox = Open the sandbox
lessons = Lessons
demo = A running example: a hierarchy is mounted, groups are made, and a process moves into one of them.
demo-pause = Pause the example
demo-play = Play the example
lesson-minutes = { $minutes } minutes
lesson-goals = { $met } of { $of } goals
lesson-done = Done
home-keeps = Your progress is kept in this browser only.
forget = Forget it

## Panes

panes = Panes
pane-lesson = Lesson
pane-picture = Picture of the host
pane-inspector = Inspector
pane-steps = Steps
pane-terminal = Terminal
tab-lesson = Lesson
tab-picture = Picture
tab-inspector = Inspect
tab-steps = Steps
tab-terminal = Terminal
pane-close = Close: { $pane }
pane-open = Open: { $pane }
resize = Resize: { $pane }

## Lesson

goal = Goal: { $goal }
goal-met = met
goal-open = not met yet
goal-missing = { $met } of { $of } conditions hold.
hint-of = Hint { $at } of { $of }
show-solution = Show solution
expected-output = What it prints
reset-lesson = Reset lesson
sandbox-what = A whole Linux host of your own. Type commands in the terminal: each becomes a few kernel steps that you can walk through, forwards and back.
sandbox-try = To begin with:
keys-title = Keys
key-space = Space
keys-step = a step back, a step on
keys-command = a command back, a command on
keys-play = play or pause
keys-complete = complete the word
keys-search = search what you typed before
keys-leave = leave the command line

## Picture

views = Pictures of the host
view-cgroups = Control groups
view-namespaces = Namespaces
view-mounts = Mounts, layers
through-whose-eyes = Through whose eyes
look-through = See the host through its eyes
namespace-table = Processes against the kinds of namespace; the arrow keys move from one to the next
namespace-legend = Equal signs in a column are one namespace. “host” is the one that the machine began with. A process that the chosen one can't see is not listed.
process-head = Process
machine-pid = host { $pid }
ns-of-host = host
namespace-title = Namespace { $inode }
kind-cgroup = cgroup namespace: which control groups are the roots that its members see
kind-ipc = ipc namespace: System V IPC objects
kind-mnt = mnt namespace: which file systems are mounted where
kind-net = net namespace: links, addresses, routes and ports
kind-pid = pid namespace: numbers of processes, and who is the first of them
kind-time = time namespace: offsets of the clocks that count from the machine's start
kind-user = user namespace: users, groups and what root may do
kind-uts = uts namespace: host name and domain name
ns-link = Link
ns-whose = Whose
ns-initial = the host's: the machine began with it
ns-owner = Owned by user namespace
ns-parent = Inside of
ns-mounts = Mounts
ns-hostname = Host name
ns-domainname = Domain name
ns-ipc-objects = IPC objects
ns-level = Depth
ns-cgroup-root = Root
ns-monotonic = Monotonic clock ahead by
ns-boottime = Boot time ahead by
ns-uid-map = uid_map
ns-gid-map = gid_map
ns-setgroups = setgroups
ns-members = Processes in it
ns-no-members = No process is in it. A file, a descriptor or a namespace below keeps it.
mount-tree = Mounts, each below the one that it is on, and overlays layer by layer
mounts-of = Mounts that process { $pid } ({ $name }) sees: mnt:[{ $namespace }]
mount-root = shows { $root }
mount-source = from { $source }
overlay-at = Overlay at { $target }
path-head = Path
layer-upper = upper: is written to
layer-lower = lower { $n }: is read only
layers-empty = No layer has a file yet.
layers-more = There are more paths; the first 400 are shown.
legend = Signs
share-provides = is what is seen
share-merged = is merged into it
share-opaque = is seen, and hides the rest of the directory below
share-hidden = is hidden by a layer above
share-whiteout = whiteout: hides what is below

picture-tree = Hierarchies and groups; the arrow keys move from one to the next
host-facts = processes: { $tasks } · simulated time: { $time }
version-1 = cgroup v1
version-2 = cgroup v2
hierarchy = Hierarchy { $title }
not-mounted = not mounted
group = Group { $path }
frozen = frozen
settings = Settings
processes = Processes
more-processes = and { $n } more
process = process { $pid } { $name }
process-word = process
you = you
free-controllers = Controllers in no hierarchy
empty-title = No hierarchy is mounted
empty-text = The kernel has its controllers, and nobody uses them: no process is limited or counted. A hierarchy comes into being when it is mounted somewhere.
kernel = Kernel
cpu = CPU
memory = Memory
used-of = { $used } of { $of }
used-of-cpus = { $used } of { $of }

## Inspector

use-and-limit = Use against the group's own limits
no-own-limit = no limit of its own
tasks = Tasks
step-of = Step { $step } of { $of }
step-spoken = Step { $step }. { $sentence }
actor-pid = { $actor } (pid { $pid })
performed-by = performed by
manual = manual
model = model
what-changed = What changed
no-change = No group, mount, process or path is different.
added = added:
removed = removed:
altered = changed:
why = why?
errno-says = message
rule = rule
source = source
advice = what to do
select-something = Select a group, a process or a namespace in the picture to see all about it.
select-nothing = Select nothing
not-there = It is not there at this step.
group-unmounted = Its hierarchy is not mounted, so its files can't be reached.
files = Files
write-only = write-only
empty-file = empty
new-value = New value of { $file }
write = Write
pid = pid
parent = parent
command = command
state = state
state-letter = { $letter } ({ $word })
state-R = running
state-S = sleeping
state-D = waiting in the kernel
state-T = stopped
state-Z = ended, not yet waited for
cpus-used = { $n } of one CPU
proc-cgroup = /proc/{ $pid }/cgroup
no-cgroups = It is in no control group: no hierarchy is there.

## Time

time = Time
timeline = Timeline
first-step = First step
previous-step = Previous step
play = Play
pause = Pause
next-step = Next step
last-step = Last step
steps = List of steps
no-steps = What you type becomes kernel steps, and they are listed here.
status = status { $status }

fingerprint = Fingerprint
fingerprint-of = Fingerprint of the history
fingerprint-title = SHA-256 of the whole history: the same lines give the same one in every browser and on the command line

## Terminal

output = Output
command-line = Command line
completions = Completions
terminal-welcome = Type a command, or help. Tab completes, ↑ recalls, Ctrl R searches.
earlier-lines = Earlier lines ({ $n }) are in the list of steps.
search-prompt = (search) “{ $query }”:
use-command = Use { $command }
fork-title = You are in the past: step { $step } of { $of }.
fork-text = Where should “{ $command }” run?
fork-here-after = Fork from here keeps everything up to “{ $line }” and drops what came later.
fork-here-start = Fork from here starts from the host as it was found and drops everything typed so far.
fork = Fork from here
go-to-end = Go to the end

## Failure

failure-title = Drydock has met a fault of its own
failure-text = What you did is not lost: go back to the last good step. If you have a moment, copy the report and send it to us, so that it can be mended.
failure-report = Report
failure-copy = Copy report
failure-back = Back to the last good step
