/*
 * What the explorer runs (bench/explore.ts) as spin's language has it: two clients that call a server CALLS times each, two numbers there and a code back.
 * A step is what a trap is there: sending, or receiving with what its thread does until it can send again.
 */
chan request = [5] of { byte, byte, byte };
chan reply[2] = [1] of { byte };

active [2] proctype client()
{
  short made = 0;
  byte code;
  do
  :: atomic { made < CALLS -> request ! _pid, 7, 8 }
     atomic { reply[_pid] ? code -> made++ }
  :: made == CALLS -> break
  od
}

active proctype server()
{
  byte who, a, b;
end:
  do
  :: request ? who, a, b -> reply[who] ! 0
  od
}
