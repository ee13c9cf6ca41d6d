import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { SecurityGroup as Group } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import type { EgressRule, IngressRule, SecurityGroup } from "../networks/aws-vpc/graph.ts";
import type { MetricAlarm } from "./alarm.ts";
import { given, type Makers, type Making } from "./cdktf-graph.ts";

/** Who may reach whom. */
export const firewallMakers: Makers<SecurityGroup | IngressRule | EgressRule> = {
  security_group: ({ name, groupName, description, vpcId, tags }, { scope, text }) =>
    new Group(scope, name, { name: groupName, description, vpcId: text(vpcId), tags }),

  vpc_security_group_ingress_rule: (node, making) =>
    new VpcSecurityGroupIngressRule(making.scope, node.name, ruleOf(node, making)),

  vpc_security_group_egress_rule: (node, making) =>
    new VpcSecurityGroupEgressRule(making.scope, node.name, ruleOf(node, making)),
};

function ruleOf(node: IngressRule | EgressRule, { text }: Pick<Making, "text">) {
  return {
    securityGroupId: text(node.securityGroupId),
    description: node.description,
    ipProtocol: node.ipProtocol,
    ...given({
      fromPort: node.fromPort,
      toPort: node.toPort,
      referencedSecurityGroupId: node.referencedSecurityGroupId && text(node.referencedSecurityGroupId),
      cidrIpv4: node.cidrIpv4,
    }),
  };
}

/** What somebody is told of. */
export const alarmMakers: Makers<MetricAlarm> = {
  cloudwatch_metric_alarm: (node, { scope, text, texts }) =>
    new CloudwatchMetricAlarm(scope, node.name, {
      alarmName: node.alarmName,
      alarmDescription: node.alarmDescription,
      namespace: node.namespace,
      metricName: node.metricName,
      dimensions: Object.fromEntries(
        Object.entries(node.dimensions).map(([key, value]) => [key, text(value)]),
      ),
      statistic: node.statistic,
      period: node.period,
      evaluationPeriods: node.evaluationPeriods,
      threshold: node.threshold,
      comparisonOperator: node.comparisonOperator,
      treatMissingData: node.treatMissingData,
      alarmActions: texts(node.alarmActions),
      ...given({ okActions: node.okActions && texts(node.okActions) }),
    }),
};
