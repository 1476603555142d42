-- Run by Patroni on the first primary. Muster makes its tables itself.
CREATE ROLE muster LOGIN PASSWORD '${muster_password}';
CREATE DATABASE muster OWNER muster;
