/* Leases against time: may the leader give a job away while another worker's lease on it, by that worker's own clock,
 * lives? One job, worker W of an old leader, and a new leader that takes the epoch at any moment and waits HOLD.
 * The old leader may be paused between any two steps, messages are late without bound, clocks run alike (drift is
 * added to HOLD). It grants (an open request) and extends (a heartbeat) only after a read of its epoch that began
 * after the message had arrived; W counts from the sending of what was answered.
 * Deliberate faults, each of which must give an error:
 *  UNPROVEN_GRANT   a request is answered without that read
 *  UNPROVEN_EXTEND  a heartbeat is
 *  FROM_ANSWER      W counts from the answer's arrival
 *  SHORT_HOLD       the new leader waits a tick less
 */
#define LEASE 3
#ifdef SHORT_HOLD
#define HOLD (LEASE-1)
#else
#define HOLD LEASE
#endif
#define END 12
#define NONE 255
byte now; byte epoch = 1; byte taken = NONE; bit given;
byte sent = NONE;    /* W's message under way: when it was sent */
bit  asks = 1;       /* it is a request; later ones are heartbeats */
byte inbox = NONE;   /* read by the old leader: when it had been sent */
bit  proven;         /* a read that began after its arrival saw our epoch */
byte reply = NONE;   /* answer under way: when the answered message was sent */
byte until;          /* W's lease, by W's clock */

active proctype Time() { do :: d_step { now < END -> now++ } :: now == END -> break od }

active proctype W() { do
  :: d_step { sent == NONE && inbox == NONE && reply == NONE && (asks || now < until) -> sent = now }
  :: d_step { reply != NONE ->
#ifdef FROM_ANSWER
       until = now + LEASE;
#else
       until = (reply + LEASE > until -> reply + LEASE : until);
#endif
       reply = NONE; asks = 0; assert(!given || until <= now) }
  :: now == END -> break od }

#ifdef UNPROVEN_GRANT
#define MAYGRANT 1
#else
#define MAYGRANT proven
#endif
#ifdef UNPROVEN_EXTEND
#define MAYEXTEND 1
#else
#define MAYEXTEND proven
#endif
active proctype OldLeader() { do
  :: d_step { sent != NONE && inbox == NONE -> inbox = sent; sent = NONE; proven = 0 }
  :: d_step { inbox != NONE && epoch == 1 -> proven = 1 }
  :: d_step { inbox != NONE && reply == NONE && (asks -> MAYGRANT : MAYEXTEND) -> reply = inbox; inbox = NONE }
  :: now == END -> break od }

active proctype NewLeader() {
  d_step { epoch = 2; taken = now };
  if :: d_step { now >= taken + HOLD -> given = 1; assert(until <= now) }
     :: now == END fi }
