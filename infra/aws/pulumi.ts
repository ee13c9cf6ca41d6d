import { MetricAlarm as Alarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { SecurityGroup as Group } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type { EgressRule, IngressRule, SecurityGroup } from "../networks/aws-vpc/graph.ts";
import type { MetricAlarm } from "./alarm.ts";
import type { Makers, Making } from "./pulumi-graph.ts";

/** Who may reach whom. */
export const firewallMakers: Makers<SecurityGroup | IngressRule | EgressRule> = {
  security_group: ({ name, groupName, description, vpcId, tags }, { options, text }) =>
    new Group(name, { name: groupName, description, vpcId: text(vpcId), tags }, options),

  vpc_security_group_ingress_rule: (node, making) =>
    new SecurityGroupIngressRule(node.name, ruleOf(node, making), making.options),

  vpc_security_group_egress_rule: (node, making) =>
    new SecurityGroupEgressRule(node.name, ruleOf(node, making), making.options),
};

function ruleOf(
  {
    securityGroupId,
    description,
    ipProtocol,
    fromPort,
    toPort,
    referencedSecurityGroupId,
    cidrIpv4,
  }: IngressRule | EgressRule,
  { text, textIfAny }: Pick<Making, "text" | "textIfAny">,
) {
  return {
    securityGroupId: text(securityGroupId),
    description,
    ipProtocol,
    fromPort,
    toPort,
    referencedSecurityGroupId: textIfAny(referencedSecurityGroupId),
    cidrIpv4,
  };
}

/** What somebody is told of. */
export const alarmMakers: Makers<MetricAlarm> = {
  cloudwatch_metric_alarm: (node, { options, text, texts }) =>
    new Alarm(
      node.name,
      {
        name: node.alarmName,
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
        okActions: node.okActions === undefined ? undefined : texts(node.okActions),
      },
      options,
    ),
};
