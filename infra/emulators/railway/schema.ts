import { buildSchema } from "graphql";

/** What is emulated of Railway's GraphQL API, as its documentation has it; what is not in here is refused. */
export const schema = buildSchema(/* GraphQL */ `
  scalar DateTime
  scalar EnvironmentConfig
  scalar EnvironmentVariables
  scalar JSON

  enum DeploymentStatus {
    BUILDING
    CRASHED
    DEPLOYING
    FAILED
    INITIALIZING
    NEEDS_APPROVAL
    QUEUED
    REMOVED
    REMOVING
    SKIPPED
    SLEEPING
    SUCCESS
    WAITING
  }

  enum RestartPolicyType {
    ALWAYS
    NEVER
    ON_FAILURE
  }

  type PageInfo {
    endCursor: String
    hasNextPage: Boolean!
  }

  type Workspace {
    id: String!
    name: String!
  }

  type ApiToken {
    workspaces: [Workspace!]!
  }

  type Environment {
    config: EnvironmentConfig!
    id: ID!
    name: String!
    serviceInstances(after: String, first: Int): ServiceInstances!
    volumeInstances(after: String, first: Int): VolumeInstances!
  }

  type EnvironmentEdge {
    node: Environment!
  }

  type Environments {
    edges: [EnvironmentEdge!]!
    pageInfo: PageInfo!
  }

  type Project {
    description: String
    environments: Environments!
    id: ID!
    name: String!
  }

  type ProjectEdge {
    node: Project!
  }

  type Projects {
    edges: [ProjectEdge!]!
    pageInfo: PageInfo!
  }

  type Service {
    id: ID!
    name: String!
  }

  type ServiceSource {
    image: String
  }

  type ServiceDomain {
    deletedAt: DateTime
    domain: String!
    id: ID!
    targetPort: Int
  }

  type Domains {
    serviceDomains: [ServiceDomain!]!
  }

  type Deployment {
    createdAt: DateTime!
    deploymentStopped: Boolean!
    id: ID!
    status: DeploymentStatus!
  }

  type ServiceInstance {
    activeDeployments: [Deployment!]!
    domains: Domains!
    drainingSeconds: Int
    healthcheckPath: String
    healthcheckTimeout: Int
    latestDeployment: Deployment
    overlapSeconds: Int
    restartPolicyMaxRetries: Int!
    restartPolicyType: RestartPolicyType!
    serviceId: String!
    serviceName: String!
    sleepApplication: Boolean
    source: ServiceSource
    startCommand: String
  }

  type ServiceInstanceEdge {
    node: ServiceInstance!
  }

  type ServiceInstances {
    edges: [ServiceInstanceEdge!]!
    pageInfo: PageInfo!
  }

  type Volume {
    id: ID!
  }

  type VolumeInstance {
    mountPath: String!
    serviceId: String!
    volumeId: String!
  }

  type VolumeInstanceEdge {
    node: VolumeInstance!
  }

  type VolumeInstances {
    edges: [VolumeInstanceEdge!]!
    pageInfo: PageInfo!
  }

  type TCPProxy {
    applicationPort: Int!
    deletedAt: DateTime
    domain: String!
    id: ID!
    proxyPort: Int!
  }

  type DeploymentSnapshot {
    id: ID!
    variables: EnvironmentVariables!
  }

  type Log {
    message: String!
    timestamp: String!
  }

  input ProjectCreateInput {
    defaultEnvironmentName: String
    description: String
    isPublic: Boolean
    name: String
    prDeploys: Boolean
    workspaceId: String
  }

  input ServiceSourceInput {
    image: String
  }

  input ServiceCreateInput {
    environmentId: String
    name: String
    projectId: String!
    source: ServiceSourceInput
    variables: EnvironmentVariables
  }

  input RegistryCredentialsInput {
    password: String!
    username: String!
  }

  input ServiceInstanceUpdateInput {
    drainingSeconds: Int
    healthcheckPath: String
    healthcheckTimeout: Int
    multiRegionConfig: JSON
    overlapSeconds: Int
    registryCredentials: RegistryCredentialsInput
    restartPolicyMaxRetries: Int
    restartPolicyType: RestartPolicyType
    sleepApplication: Boolean
    source: ServiceSourceInput
    startCommand: String
  }

  input ServiceInstanceLimitsUpdateInput {
    environmentId: String!
    memoryGB: Float
    serviceId: String!
    vCPUs: Float
  }

  input VariableCollectionUpsertInput {
    environmentId: String!
    projectId: String!
    replace: Boolean = false
    serviceId: String
    skipDeploys: Boolean = false
    variables: EnvironmentVariables!
  }

  input ServiceDomainCreateInput {
    environmentId: String!
    serviceId: String!
    targetPort: Int
  }

  input TCPProxyCreateInput {
    applicationPort: Int!
    environmentId: String!
    serviceId: String!
  }

  input VolumeCreateInput {
    environmentId: String
    mountPath: String!
    projectId: String!
    region: String
    serviceId: String
  }

  type Query {
    apiToken: ApiToken!
    buildLogs(deploymentId: String!, limit: Int): [Log!]!
    deployment(id: String!): Deployment!
    deploymentLogs(deploymentId: String!, limit: Int, startDate: DateTime): [Log!]!
    deploymentSnapshot(deploymentId: String!): DeploymentSnapshot
    environment(id: String!, projectId: String): Environment!
    projects(after: String, first: Int, workspaceId: String): Projects!
    serviceInstance(environmentId: String!, serviceId: String!): ServiceInstance!
    tcpProxies(environmentId: String!, serviceId: String!): [TCPProxy!]!
    variables(
      environmentId: String!
      projectId: String!
      serviceId: String
      unrendered: Boolean
    ): EnvironmentVariables!
  }

  type Mutation {
    deploymentStop(id: String!): Boolean!
    projectCreate(input: ProjectCreateInput!): Project!
    projectDelete(id: String!): Boolean!
    serviceCreate(input: ServiceCreateInput!): Service!
    serviceDelete(environmentId: String, id: String!): Boolean!
    serviceDomainCreate(input: ServiceDomainCreateInput!): ServiceDomain!
    serviceInstanceDeployV2(environmentId: String!, serviceId: String!): String!
    serviceInstanceLimitsUpdate(input: ServiceInstanceLimitsUpdateInput!): Boolean!
    serviceInstanceUpdate(
      environmentId: String
      input: ServiceInstanceUpdateInput!
      serviceId: String!
    ): Boolean!
    tcpProxyCreate(input: TCPProxyCreateInput!): TCPProxy!
    tcpProxyDelete(id: String!): Boolean!
    variableCollectionUpsert(input: VariableCollectionUpsertInput!): Boolean!
    volumeCreate(input: VolumeCreateInput!): Volume!
    volumeDelete(volumeId: String!): Boolean!
  }
`);
