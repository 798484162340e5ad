// node-smpp (npm: smpp) as the message centre of a replay. See ../replay.py for what it tells.
//
// It answers by rules that the recording's own message centre had: destinations that end in 99 are refused, those in
// 88 throttled, cancel_sm fails. A receipt follows for each accepted message that asks for one.
'use strict';

const smpp = require('smpp');

const tell = (row) => console.log(JSON.stringify(row));

// The octets of each PDU as they came, before the library makes something of them.
const decode = smpp.PDU.prototype.fromBuffer;
smpp.PDU.prototype.fromBuffer = function (buffer) {
  const pdu = decode.call(this, buffer) || this;
  Object.defineProperty(pdu, 'octets', { value: buffer.toString('hex') });
  return pdu;
};

let messages = 0;
const server = smpp.createServer((session) => {
  let who = null;
  let receives = false;
  const receipts = new Set();
  const enquire = setInterval(() => who && session.enquire_link(), 200);
  session.on('error', (error) => tell({ who, error: String(error) }));
  session.on('close', () => {
    clearInterval(enquire);
    tell({ who, event: 'closed' });
  });
  session.on('pdu', (pdu) => {
    if (pdu.command.startsWith('bind_') && !pdu.command.endsWith('_resp')) {
      who = pdu.system_id;
      receives = pdu.command !== 'bind_transmitter';
      tell({ who, command: pdu.command, system_type: pdu.system_type, password: pdu.password });
      return session.send(pdu.response({ system_id: 'INTEROP' }));
    }
    const text = pdu.short_message && pdu.short_message.message;
    tell({
      who,
      command: pdu.command,
      status: pdu.command_status,
      seq: pdu.sequence_number,
      dst: pdu.destination_addr,
      dcs: pdu.data_coding,
      esm: pdu.esm_class,
      message_id: pdu.message_id,
      text: Buffer.isBuffer(text) ? text.toString('hex') : text,
      receipt: receipts.delete(pdu.sequence_number) && pdu.command === 'deliver_sm_resp',
      octets: pdu.octets,
    });
    if (pdu.isResponse() || pdu.command === 'alert_notification') return;
    const destination = pdu.destination_addr || '';
    const refused = { 99: smpp.ESME_RINVDSTADR, 88: smpp.ESME_RTHROTTLED }[destination.slice(-2)];
    switch (pdu.command) {
      case 'submit_sm':
      case 'data_sm':
      case 'submit_multi': {
        if (refused && pdu.command === 'submit_sm') return session.send(pdu.response({ command_status: refused }));
        messages += 1;
        const id = `new-${messages}`;
        tell({ who, answered: pdu.sequence_number, message_id: id });
        session.send(pdu.response({ message_id: id }));
        if (!receives || !(pdu.registered_delivery & 1)) return;
        return setTimeout(() => {
          const receipt = new smpp.PDU('deliver_sm', {
            esm_class: 4,
            source_addr: destination,
            destination_addr: pdu.source_addr,
            short_message: `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:`,
            receipted_message_id: id,
          });
          session.send(receipt);
          receipts.add(receipt.sequence_number);
          tell({ who, sent: 'deliver_sm', seq: receipt.sequence_number, message_id: id });
        }, 50);
      }
      case 'query_sm':
        return session.send(pdu.response({ message_id: pdu.message_id, message_state: 2 }));
      case 'cancel_sm':
        return session.send(pdu.response({ command_status: smpp.ESME_RCANCELFAIL }));
      case 'unbind':
        session.send(pdu.response());
        return session.close();
      default:
        return session.send(pdu.response());
    }
  });
});
server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));
