// Prints the API calls that Tencent's own deployer makes for FOLDER/serverless.yml, as a JSON list: node check.js FOLDER
//
// The command line's code reads the file and its variables, the deployer's code deploys the function. Only the cloud is not
// there: its API is answered by the class below, which keeps every call as {Action, ...parameters}.
'use strict';

const { loadInstanceConfig, resolveVariables } = require('@serverless/components/src/cli/utils');
const { Scf } = require('tencent-component-toolkit');

// The client that the deployer itself uses: other packages may bring another version of it.
const deployer = require.resolve('tencent-component-toolkit');
const { Capi } = require(require.resolve('@tencent-sdk/capi', { paths: [deployer] }));

const CREDENTIALS = { AppId: '1250000000', SecretId: 'none', SecretKey: 'none' };
// The command line uploads the code before it deploys; here nothing is uploaded.
const CODE = { bucket: 'code', object: 'cosbatch.zip' };

class Cloud {
  calls = [];

  answer(call) {
    this.calls.push(call);
    return { Response: { RequestId: `request-${this.calls.length}`, ...this.resultOf(call) } };
  }

  resultOf(call) {
    switch (call.Action) {
      case 'GetFunction':
        return this.describeFunction();
      case 'ListTriggers':
        return { TotalCount: 0, Triggers: [] };
      case 'CreateTrigger':
        return { TriggerInfo: call };
      case 'GetFunctionEventInvokeConfig':
        return { AsyncTriggerConfig: { MsgTTL: 21600, RetryConfig: [{ RetryNum: 2 }] } };
      default:
        return {};
    }
  }

  describeFunction() {
    const created = this.calls.find(({ Action }) => Action === 'CreateFunction');
    if (created === undefined) {
      return { Error: { Code: 'ResourceNotFound.Function', Message: 'There is no such function.' } };
    }
    return { ...created, Qualifier: '$LATEST', Status: 'Active', Tags: [] };
  }
}

function inputsOf(folder) {
  // Sent to the deployer as JSON, which drops what has no value; not sent, it would become the text "undefined".
  const { component, inputs } = JSON.parse(JSON.stringify(resolveVariables(loadInstanceConfig(folder))));
  if (component !== 'scf') {
    throw new Error(`serverless.yml is for the component ${component}, not for scf`);
  }
  return inputs;
}

async function main(folder) {
  const cloud = new Cloud();
  Capi.prototype.request = async (call) => cloud.answer(call);
  // The deployer tells its progress on stdout, which is for the result.
  console.log = console.error;
  const inputs = inputsOf(folder);
  await new Scf(CREDENTIALS, inputs.region).deploy({ ...inputs, code: CODE });
  process.stdout.write(`${JSON.stringify(cloud.calls, null, 2)}\n`);
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
