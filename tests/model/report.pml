/* Reports and failures against a fenced store: one job, two tokens of two epochs, messages that are lost, repeated and
 * reordered (a sent message is a bit that may be read never or often, by any leader). A leader's commit checks the
 * epoch, that the job has not ended and that the token has not ended. It answers after the commit.
 *  Invariants: the job ends once; what was acknowledged is stored; buried means two different tokens that ran.
 * Deliberate faults, each of which must give an error:
 *  NO_FENCE    a commit does not check the epoch, and an old leader's memory decides
 *  TWICE       a failure that comes again counts again
 *  EARLY_ACK   the answer goes out before the commit
 */
#define N 2
#define OPEN 0
#define VERDICT 1
#define BURIED 2
byte s_epoch = 1; byte s_end; byte s_token; bit s_over[3]; byte s_attempts;
bit good[3], bad[3], ack[3], ran[3]; byte spool[3];

#ifdef NO_FENCE
#define OURS (mine != 0)
#define NOTENDED (known == OPEN)
#else
#define OURS (mine == s_epoch)
#define NOTENDED (s_end == OPEN)
#endif
inline end(how, t) { assert(s_end == OPEN); s_end = how; s_token = t; known = how }

proctype Leader(byte mine) {
  byte known = OPEN; byte t;
  d_step { if :: mine > s_epoch -> s_epoch = mine :: else fi; known = s_end };
  do
  :: d_step { known == OPEN && !ran[mine] && spool[mine] == 0 -> ran[mine] = 1; spool[mine] = 9 }   /* a grant, a run */
  :: atomic { for (t : 1 .. 2) { if :: good[t] -> break :: else fi }
       if :: t <= 2 && good[t] ->
#ifdef EARLY_ACK
              ack[t] = 1;
#endif
              if :: OURS && NOTENDED -> end(VERDICT, t); ack[t] = 1
                 :: OURS && !NOTENDED && s_token == t && s_end == VERDICT -> ack[t] = 1
                 :: else fi
          :: else fi; t = 0 }
  :: atomic { for (t : 1 .. 2) { if :: bad[t] -> break :: else fi }
       if :: t <= 2 && bad[t] && OURS && NOTENDED ->
#ifdef TWICE
              s_attempts++; s_over[t] = 1;
#else
              if :: !s_over[t] -> s_attempts++; s_over[t] = 1 :: else fi;
#endif
              if :: s_attempts >= N -> assert(s_over[1] && s_over[2] && ran[1] && ran[2]); end(BURIED, 0) :: else fi
          :: else fi; t = 0 }
  :: true -> break                                     /* crash */
  od }

active proctype Workers() { do
  :: d_step { spool[1] == 9 -> spool[1] = 1; good[1] = 1 } :: d_step { spool[1] == 9 -> spool[1] = 2; bad[1] = 1 }
  :: d_step { spool[2] == 9 -> spool[2] = 1; good[2] = 1 } :: d_step { spool[2] == 9 -> spool[2] = 2; bad[2] = 1 }
  :: d_step { spool[1] == 1 && ack[1] -> assert(s_end == VERDICT && s_token == 1); spool[1] = 3 }
  :: d_step { spool[2] == 1 && ack[2] -> assert(s_end == VERDICT && s_token == 2); spool[2] = 3 }
  :: true -> break
  od }

init { run Leader(1); run Leader(2) }
